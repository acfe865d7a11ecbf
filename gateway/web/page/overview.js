// SPDX-License-Identifier: Apache-2.0
// A place at a glance: every indicator with its value, against its target and the time that is over, group by group.
import { get } from './api.js';
import { el } from './dom.js';
import { amount, bare, inTongue, label, number } from './format.js';
import {
    bar,
    byGroup,
    crumbs,
    flags,
    heading,
    isMet,
    isRestated,
    ofSome,
    lateMark,
    areaOf,
    percent,
    placeName,
    query,
    shownValue,
    th,
    standardNote,
    unitOf,
    windowOf,
} from './parts.js';
import { elapsed, inner } from './period.js';
import { linkTo } from './state.js';
import { groupName, t } from './words.js';

export async function load(ctx) {
    const table = await get('table', query(ctx));
    const values = new Map(table.rows.map(row => [row.indicator, row.values[0]]));
    const empty = [...values.values()].every(value => value?.status === 'NOT_REPORTED' || !amount(value, null));
    const below = new Map(table.rows.map(row => [row.indicator, row.values.slice(1)]));
    return { table, values, below, latest: empty ? await latestYear(ctx) : '' };
}

// The latest year that has sessions, to lead somebody who looks at an empty one.
async function latestYear(ctx) {
    const code = ctx.definitions.has('COM-01') ? 'COM-01' : ctx.definitions.keys().next().value;
    try {
        const past = await get('history', { indicator: code, area: areaOf(ctx), calendar: ctx.state.calendar, span: 'YEAR', count: 10 });
        const found = past.points.filter(point => amount(point.value, null) > 0).pop()?.period || '';
        return found === ctx.state.period ? '' : found;
    } catch {
        return ''; // only a hint
    }
}

function againstTarget(ctx, definition, value, below, over) {
    const target = value?.target;
    if (!target) return el('td', {});
    const reached = percent(target.achieved);
    const pace = target.pace;
    const missing = pace?.missing === undefined ? '' : `${inTongue(pace.missing)}`;
    const met = isMet(target, definition);
    const some = ofSome(ctx, target, below);
    const kind = pace?.behind ? 'late' : met ? 'met' : '';
    const passed = Math.round(over * 100);
    return el(
        'td',
        { class: 'target' },
        reached === null ? null : bar(reached, over < 1 ? passed : null, t('barLabel', inTongue(target.achieved), passed), kind),
        el('span', { class: 'reach' }, t('ofTarget', inTongue(target.achieved), inTongue(target.assigned))),
        some ? el('small', { class: 'pace some' }, some) : null,
        met ? el('small', { class: 'flag met' }, t('achievedMark')) : null,
        lateMark(pace),
        pace && !met && missing
            ? el('small', { class: 'pace' }, Number(pace.daysLeft) > 0 ? t('pace', missing, number(pace.daysLeft)) : t('paceOver', missing))
            : null,
    );
}

function row(ctx, data, definition, over, hasTargets) {
    const value = data.values.get(definition.code);
    const area = areaOf(ctx);
    return el(
        'tr',
        { 'data-key': definition.code },
        th([label(definition.label), el('small', { class: 'code' }, definition.code), standardNote([value], definition)], 'row'),
        el(
            'td',
            { class: 'n' },
            shownValue(ctx, value, definition, area),
            value?.status === 'OK' && unitOf(definition) !== '%' ? el('small', { class: 'unit' }, unitOf(definition)) : null,
            flags({ text: value?.text, filed: value?.filed }),
            isRestated(value) ? el('small', { class: 'pace' }, t('filedWas', inTongue(value.filed.text))) : null,
        ),
        hasTargets ? againstTarget(ctx, definition, value, data.below.get(definition.code), over) : null,
    );
}

function section(ctx, data, group, definitions, over) {
    const hasTargets = definitions.some(definition => data.values.get(definition.code)?.target);
    return el(
        'section',
        { class: 'group', 'data-key': group },
        el('h2', { id: `g-${group}` }, groupName(group)),
        el(
            'table',
            { class: hasTargets ? 'glance' : 'glance two', 'aria-labelledby': `g-${group}` },
            el('thead', {}, el('tr', {}, th(t('indicator')), th(t('value'), 'col', { class: 'n' }), hasTargets ? th(t('target')) : null)),
            el(
                'tbody',
                {},
                definitions.map(definition => row(ctx, data, definition, over, hasTargets)),
            ),
        ),
    );
}

function summary(ctx, data) {
    const withTarget = [...data.values].filter(([, value]) => value?.target);
    // What is hidden is not nothing.
    const isAnyHidden = data.values.get('TGT-01')?.status === 'SUPPRESSED';
    if (!withTarget.length) return el('p', { class: 'quiet', 'data-key': 'sum' }, t(isAnyHidden ? 'hiddenTargets' : 'noTargets'));
    const met = withTarget.filter(([code, value]) => isMet(value.target, ctx.definitions.get(code)));
    const late = withTarget.filter(([, value]) => value.target.pace?.behind);
    return el(
        'section',
        { class: 'sum', 'data-key': 'sum' },
        el('h2', {}, t('targets')),
        el('p', {}, t('targetsSum', withTarget.length, met.length, late.length, withTarget.length - met.length - late.length)),
        isAnyHidden ? el('p', { class: 'quiet' }, t('hiddenTargets')) : null,
        late.length
            ? el(
                  'ul',
                  {},
                  late.map(([code, value]) => {
                      const definition = ctx.definitions.get(code);
                      return el(
                          'li',
                          { 'data-key': code },
                          el(
                              'a',
                              { href: linkTo(ctx.state, { view: 'behind', indicator: code, area: areaOf(ctx) }) },
                              definition ? label(definition.label) : code,
                          ),
                          `: ${t('ofTarget', inTongue(value.target.achieved), inTongue(value.target.assigned))}`,
                          ofSome(ctx, value.target, data.below.get(code)).replace(/^(?=.)/, ', '),
                      );
                  }),
              )
            : null,
    );
}

// Each word that is looked for stands in the indicator's name, code or group.
function isFound(ctx, definition) {
    const text = bare(`${definition.code} ${label(definition.label)} ${groupName(definition.group || definition.code.slice(0, 3))}`);
    return bare(ctx.find || '')
        .split(/\s+/)
        .every(word => text.includes(word));
}

function finder(ctx, found) {
    return el(
        'p',
        { class: 'picker find', 'data-key': 'finder' },
        el('label', { for: 'find' }, t('find')),
        el('input', { id: 'find', type: 'search', autocomplete: 'off', maxlength: 60, value: ctx.find || '' }),
        el('span', { role: 'status', class: 'quiet' }, (ctx.find || '').trim() ? t(found ? 'foundSome' : 'foundNone', found) : ''),
    );
}

export function render(ctx, data) {
    const over = elapsed(windowOf(ctx, data.table.from, data.table.to), ctx.me.today);
    const groups = byGroup(ctx, definition => data.values.has(definition.code) && isFound(ctx, definition));
    return [
        crumbs(ctx),
        ...heading(ctx, t('glance', placeName(ctx, areaOf(ctx))), data.table),
        data.latest
            ? el(
                  'p',
                  { class: 'hint', 'data-key': 'hint' },
                  t('nothingHere'),
                  ' ',
                  el('a', { href: linkTo(ctx.state, { period: data.latest }) }, t('latestWith', inner(data.latest))),
              )
            : null,
        finder(ctx, [...groups.values()].flat().length),
        (ctx.find || '').trim() ? null : summary(ctx, data),
        el(
            'div',
            { class: 'groups', 'data-key': 'groups' },
            [...groups].map(([group, definitions]) => section(ctx, data, group, definitions, over)),
        ),
        el('p', { class: 'quiet', 'data-key': 'legend' }, t('legend')),
    ];
}
