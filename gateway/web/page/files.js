// SPDX-License-Identifier: Apache-2.0
// What is shown, as files: plain links, so that a browser's own download works, by keyboard and without script.
import { pathOf } from './api.js';
import { el } from './dom.js';
import { areaOf, heading, placeName, query, windowOf } from './parts.js';
import { inner, parse } from './period.js';
import { linkTo } from './state.js';
import { t } from './words.js';

const formats = ['xlsx', 'csv-bom', 'html'];
const forPrograms = ['csv', 'json', 'sdmx-csv', 'sdmx-json'];
const ofTheCalendar = ['dhis2', 'adx'];

export const load = async () => ({});

export function render(ctx) {
    // The feed of cells shows small numbers, too: the gateway keeps it from who may not see them.
    const feeds = Number(ctx.me.threshold) > 0 ? [] : ['/api/v1/feeds/cells?after=0&limit=100'];
    const official = ctx.state.calendar === 'official';
    const nine = parse(ctx.state.period)?.span === 'NINE_MONTHS'; // DHIS2 knows no such period
    const link = format =>
        el(
            'li',
            { 'data-key': format },
            el(
                'a',
                { href: pathOf('table', { ...query(ctx), cuts: 'true', format }), download: format === 'html' ? null : '' },
                t('download', t(format)),
            ),
        );
    return [
        ...heading(ctx, t('files'), windowOf(ctx)),
        el('p', { 'data-key': 'say' }, t('filesSay', placeName(ctx, areaOf(ctx)), inner(ctx.state.period))),
        el('ul', { class: 'downloads', 'data-key': 'formats' }, formats.map(link)),
        el(
            'details',
            { 'data-key': 'programs' },
            el('summary', {}, t('otherFiles')),
            el('ul', { class: 'downloads' }, [...forPrograms, ...(official || nine ? [] : ofTheCalendar)].map(link)),
            official && !nine
                ? el(
                      'p',
                      { class: 'hint', 'data-key': 'only' },
                      t('calendarOnly'),
                      ' ',
                      el('a', { href: linkTo(ctx.state, { calendar: 'calendar' }) }, t('toCalendar')),
                  )
                : null,
            el('p', { 'data-key': 'machines' }, `${t('forMachines')}:`),
            el(
                'ul',
                { class: 'plain', 'data-key': 'paths' },
                ['/openapi.json', ...feeds].map(path => el('li', {}, el('a', { href: path }, el('code', {}, path)))),
                el('li', {}, el('code', {}, '/api/v1/feeds/cells/events')),
            ),
        ),
    ];
}
