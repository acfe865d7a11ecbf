// SPDX-License-Identifier: Apache-2.0
// What several views are made of: headings, values, problems, choosers.
import { el } from './dom.js';
import { amount, day, instant, label, split, valueText } from './format.js';
import { parameterName, withoutPaths } from './names.js';
import { bounds, name as periodName, parse } from './period.js';
import { linkTo } from './state.js';
import { groupName, t } from './words.js';

export const placeName = (ctx, code) => label(ctx.placeNames.get(code)) || code;
export const areaOf = ctx => ctx.state.area || ctx.me.place.code;
export const query = ctx => ({ period: ctx.state.period, calendar: ctx.state.calendar, area: areaOf(ctx), map: ctx.state.map });

export function windowOf(ctx, from, to) {
    const period = parse(ctx.state.period);
    const own = period ? bounds(period, ctx.state.calendar) : { from: '', to: '' };
    return { from: from || own.from, to: to || own.to };
}

// h1 and the line that says which window, calendar and instant everything below is of.
export function heading(ctx, title, data = null) {
    const { from, to } = windowOf(ctx, data?.from, data?.to);
    const words = [];
    if (data) {
        words.push(
            el('b', {}, periodName(ctx.state.period)),
            ` ${t('window', day(from), day(to))}`,
            ` · ${t(ctx.state.calendar === 'official' ? 'official' : 'calendarMonths')}`,
        );
        if (ctx.state.map) words.push(` · ${t('mapDay', day(ctx.state.map))}`);
        if (data.asOf) words.push(` · ${t('asOf', instant(data.asOf))}`);
    }
    return [
        el('h1', { tabindex: -1, 'data-key': 'h1' }, title),
        words.length ? el('p', { class: 'lead', 'data-key': 'lead' }, words) : null,
    ];
}

export const unitOf = definition => (definition ? label(definition.unit) : '');

// The poverty standards that figures were counted under, in words; of different ones they do not compare.
export function standardsOf(values, definition) {
    const known = definition?.cuts?.find(cut => cut.name === 'standard')?.values || [];
    const names = new Set(values.flatMap(value => value?.standards || []));
    return [...names].map(name => label(known.find(one => one.value === name)?.label) || name).join(', ');
}

export function standardNote(values, definition) {
    const names = standardsOf(values, definition);
    return names ? el('small', { class: 'code' }, t('byStandard', names)) : null;
}

// A number with its unit, as in a sentence.
export function withUnit(value, definition) {
    const { main, rest } = split(value);
    return value?.status === 'OK' ? `${main} ${unitOf(definition)}${rest ? ` (${rest})` : ''}`.trim() : valueText(value);
}

// A value that is followed: data-v names it, data-n says it to a screen reader when it changes.
export function shownValue(ctx, value, definition, area) {
    const key = `${definition.code}|${area}|${ctx.state.period}|${ctx.state.calendar}`;
    const status = value?.status || 'NOT_REPORTED';
    const { main, rest } = split(value);
    return el(
        'a',
        {
            class: `v ${status === 'OK' ? '' : 'words'}`.trim(),
            href: linkTo(ctx.state, { view: 'behind', indicator: definition.code, area, group: '', sort: '' }),
            'data-v': key,
            'data-n': `${label(definition.label)}, ${placeName(ctx, area)}`,
        },
        rest && unitOf(definition) === '%' ? `${main} %` : main,
        rest ? el('small', {}, ` ${rest}`) : null,
    );
}

// It is another number than what was filed: not only in its parts.
export const isRestated = value => Boolean(value?.filed?.restated);

export function flags(value) {
    return [
        isRestated(value) ? el('small', { class: 'flag restated' }, t('restatedMark')) : null,
        lateMark(value?.target?.pace),
    ];
}

// Behind while there is time left, not met when there is none.
export const lateMark = pace =>
    pace?.behind ? el('small', { class: 'flag late' }, t(Number(pace.daysLeft) > 0 ? 'behindMark' : 'missedMark')) : null;

// "61.0 %" as a number; null when it says something else.
export function percent(text) {
    const found = /(-?\d+(?:[.,]\d+)?)\s*%/.exec(inTongueFree(text));
    return found ? Number(found[1].replace(',', '.')) : null;
}
const inTongueFree = text => (text && typeof text === 'object' ? String(text.en ?? text.vi ?? '') : String(text ?? ''));

export function isMet(target, definition) {
    const reached = percent(target?.achieved);
    if (reached === null || !target) return false;
    return definition?.lessIsBetter ? reached <= 100 && !target.pace?.behind : reached >= 100;
}

// A target that was assigned to some of the places below is compared with what those did, not with the whole. Empty for one's own,
// when all have one, and when some may be hidden from the reader.
export function ofSome(ctx, target, below) {
    if (target?.own !== false || Number(ctx.me.threshold) > 0) return '';
    const having = below.filter(value => value?.target).length;
    return having && having < below.length ? t('targetOfSome', having, below.length) : '';
}

// A horizontal bar, with a mark where one would be by now; without a title it only repeats what stands beside it.
export function bar(share, mark, title, kind = '') {
    const width = Math.max(0, Math.min(100, share));
    return el(
        'svg',
        {
            class: `bar ${kind}`.trim(),
            viewBox: '0 0 100 8',
            preserveAspectRatio: 'none',
            ...(title ? { role: 'img', 'aria-label': title } : { 'aria-hidden': 'true' }),
        },
        el('rect', { class: 'track', x: 0, y: 1, width: 100, height: 6, rx: 1 }),
        el('rect', { class: 'fill', x: 0, y: 1, width, height: 6, rx: 1 }),
        mark === null ? null : el('rect', { class: 'now', x: Math.min(99, mark), y: 0, width: 1, height: 8 }),
    );
}

// A box that scrolls by itself, reachable by keyboard.
export const scrollBox = (title, key, table) =>
    el('div', { class: 'box', role: 'region', 'aria-label': title, tabindex: 0, 'data-key': key }, table);

export const th = (text, scope = 'col', more = {}) => el('th', { scope, ...more }, text);

// heads: texts; one that begins with > stands above numbers.
export function plainTable(caption, heads, rows, key, hidden = true) {
    const head = text => th(text.replace(/^>/, ''), 'col', { class: text.startsWith('>') ? 'n' : null });
    return scrollBox(
        caption,
        key,
        el(
            'table',
            {},
            el('caption', {}, el('span', { class: hidden ? 'unseen' : null }, caption)),
            el('thead', {}, el('tr', {}, heads.map(head))),
            el('tbody', {}, rows),
        ),
    );
}

// Which place this is inside.
export function crumbs(ctx) {
    const chain = [];
    for (
        let place = ctx.places.find(p => p.code === areaOf(ctx));
        place;
        place = ctx.places.find(p => p.code === place.parent && p.code !== place.code)
    ) {
        chain.unshift(place);
        if (chain.length > 6) break;
    }
    if (chain.length < 2) return null;
    return el(
        'nav',
        { class: 'crumbs', 'aria-label': t('area'), 'data-key': 'crumbs' },
        chain.map((place, index) => [
            index ? ' › ' : '',
            index === chain.length - 1
                ? el('span', { 'aria-current': 'location' }, label(place.name))
                : el(
                      'a',
                      { href: linkTo(ctx.state, { area: index || place.code !== ctx.me.place.code ? place.code : '' }) },
                      label(place.name),
                  ),
        ]),
    );
}

// Definitions in their order, by group: each code once.
export function byGroup(ctx, only = () => true) {
    const groups = new Map();
    for (const definition of ctx.definitions.values()) {
        if (!only(definition)) continue;
        const group = definition.group || definition.code.slice(0, 3);
        groups.set(group, [...(groups.get(group) || []), definition]);
    }
    return groups;
}

export function indicatorPicker(ctx) {
    return el(
        'p',
        { class: 'picker', 'data-key': `picker-${ctx.state.indicator}` },
        el('label', { for: 'indicator' }, t('indicator'), ' '),
        el(
            'select',
            { id: 'indicator', 'data-change': 'indicator' },
            ctx.state.indicator ? null : el('option', { value: '' }, t('choose')),
            [...byGroup(ctx)].map(([group, definitions]) =>
                el(
                    'optgroup',
                    { label: groupName(group) },
                    definitions.map(definition =>
                        el(
                            'option',
                            { value: definition.code, selected: definition.code === ctx.state.indicator },
                            `${definition.code} ${label(definition.label)}`,
                        ),
                    ),
                ),
            ),
        ),
    );
}

const plainTitle = { 0: 'p0', 400: 'p400', 401: 'p401', 403: 'p403', 404: 'p404', 409: 'p409', 503: 'p503' };

export const problemSays = problem => withoutPaths(label({ vi: problem.detailVi || problem.detail, en: problem.detail }));

// What went wrong, in the reader's language.
export function problemView(problem, again = true) {
    const status = problem.status ?? 0;
    const title = plainTitle[status] ? t(plainTitle[status]) : t('pOther', status);
    const said = problemSays(problem);
    const where = parameterName(problem.field);
    return el(
        'section',
        { class: `problem p${status}`, role: status === 404 ? 'status' : 'alert', 'data-key': 'problem' },
        el('h2', {}, title),
        said ? el('p', {}, said) : null,
        status === 0 ? el('p', {}, t('offline')) : null,
        where ? el('p', { class: 'quiet' }, t('sayIn', where)) : null,
        again ? el('p', {}, el('button', { type: 'button', 'data-act': 'again' }, t('tryAgain'))) : null,
    );
}

export const largest = (values, definition) => Math.max(0, ...values.map(value => Math.abs(amount(value, definition) ?? 0)));
