// SPDX-License-Identifier: Apache-2.0
// Periods that were filed, and what has changed since.
import { get } from './api.js';
import { el } from './dom.js';
import { instant, label, number, valueText } from './format.js';
import { areaOf, heading, placeName, plainTable, th, unitOf } from './parts.js';
import { inner, name as periodName } from './period.js';
import { linkTo } from './state.js';
import { t } from './words.js';

const canFile = ctx => ctx.may('FILE') && ctx.state.calendar === 'official' && areaOf(ctx) === ctx.me.place.code && !ctx.state.map;

export async function load(ctx) {
    // Whoever files should know who said nothing; that it cannot be told keeps nobody from filing.
    const [{ reports }, silent] = await Promise.all([
        get('reports'),
        canFile(ctx) ? get('silent', { period: ctx.state.period }).catch(() => null) : null,
    ]);
    const wanted = /^([\dQHM-]+)\/(\d+|latest)$/.exec(ctx.state.report);
    return {
        reports,
        silent,
        opened: wanted ? { period: wanted[1], revision: wanted[2], ...(await get(`reports/${wanted[1]}/${wanted[2]}`)) } : null,
    };
}

function changed(ctx, opened) {
    const all = opened.restated || [];
    const told = all.filter(cell => !cell.partsOnly);
    const inside = all.length - told.length;
    const rows = told.map(cell => {
        const definition = ctx.definitions.get(cell.indicator);
        return el(
            'tr',
            { 'data-key': `${cell.area}${cell.indicator}` },
            th(
                el(
                    'a',
                    {
                        href: linkTo(ctx.state, {
                            view: 'behind',
                            indicator: cell.indicator,
                            area: cell.area,
                            period: opened.period,
                            calendar: 'official',
                            report: '',
                        }),
                    },
                    definition ? label(definition.label) : cell.indicator,
                ),
                'row',
            ),
            el('td', {}, placeName(ctx, cell.area)),
            el('td', { class: 'n' }, valueText(cell.filed)),
            el(
                'td',
                {
                    class: 'n',
                    'data-v': `now|${cell.indicator}|${cell.area}`,
                    'data-n': `${definition ? label(definition.label) : cell.indicator}, ${placeName(ctx, cell.area)}`,
                },
                valueText(cell.now),
                valueText(cell.filed) === valueText(cell.now) ? el('small', {}, ` ${t('lessThanShown')}`) : null,
            ),
            el('td', {}, unitOf(definition)),
        );
    });
    const revision = opened.report?.revision ?? opened.revision;
    const title = t('restatedTitle', periodName(opened.period), revision);
    return el(
        'section',
        { class: 'opened', 'data-key': 'opened' },
        el('h2', {}, title),
        rows.length
            ? plainTable(title, [t('indicator'), t('place'), `>${t('filedHead')}`, `>${t('nowHead')}`, t('unit')], rows, 'restated')
            : inside
              ? null
              : el('p', {}, t('nothingRestated')),
        inside ? el('p', { class: 'quiet', 'data-key': 'inside' }, t(rows.length ? 'alsoInside' : 'onlyInside', number(inside))) : null,
    );
}

// To hold a file or a print against what was filed.
function digests(reports) {
    return el(
        'details',
        { 'data-key': 'digests' },
        el('summary', {}, t('technical')),
        el('p', {}, t('reportDigestSay')),
        plainTable(
            t('reportDigest'),
            [t('periodHead'), `>${t('revision')}`, t('reportDigest')],
            [...reports].reverse().map(report =>
                el(
                    'tr',
                    { 'data-key': `${report.period}/${report.revision}` },
                    th(periodName(report.period), 'row'),
                    el('td', { class: 'n' }, String(report.revision)),
                    el('td', {}, el('code', { class: 'digest' }, String(report.digest || ''))),
                ),
            ),
            'digestbox',
        ),
    );
}

export function render(ctx, data) {
    const rows = [...data.reports].reverse().map(report => {
        const key = `${report.period}/${report.revision}`;
        return el(
            'tr',
            { 'data-key': key, 'aria-current': key === ctx.state.report ? 'true' : null },
            th(periodName(report.period), 'row'),
            el('td', { class: 'n' }, String(report.revision)),
            el('td', {}, instant(report.filedAt)),
            el('td', {}, [report.filedBy, report.why].filter(Boolean).join(': ')),
            el('td', { class: 'n' }, number(report.restatedCells ?? 0)),
            el(
                'td',
                {},
                el(
                    'a',
                    {
                        href: linkTo(ctx.state, { report: key }),
                        'aria-label': `${t('openReport')}: ${periodName(report.period)}, ${report.revision}`,
                    },
                    t('openReport'),
                ),
            ),
        );
    });
    return [
        ...heading(ctx, `${t('reports')}: ${placeName(ctx, ctx.me.place.code)}`),
        el('p', { 'data-key': 'say' }, t('reportsSay')),
        canFile(ctx)
            ? el(
                  'p',
                  { class: 'acts', 'data-key': 'acts' },
                  el('button', { type: 'button', 'data-act': 'file' }, t('fileThis', inner(ctx.state.period))),
              )
            : null,
        rows.length
            ? plainTable(
                  t('reports'),
                  [t('periodHead'), `>${t('revision')}`, t('filedAt'), t('filedBy'), `>${t('restatedCells')}`, t('doWhat')],
                  rows,
                  'reports',
              )
            : el('p', { class: 'hint' }, t('noReports')),
        data.opened ? changed(ctx, data.opened) : null,
        rows.length ? digests(data.reports) : null,
    ];
}
