// SPDX-License-Identifier: Apache-2.0
// The places below one, by indicator: rows are places, columns the indicators of a group; sorted by any of them.
import { get } from './api.js';
import { el } from './dom.js';
import { amount, label } from './format.js';
import { areaOf, byGroup, crumbs, flags, heading, placeName, query, scrollBox, shownValue, standardNote, th, unitOf } from './parts.js';
import { linkTo } from './state.js';
import { groupName, t } from './words.js';

export const load = async ctx => ({ table: await get('table', query(ctx)) });

function groupLinks(ctx, groups, chosen) {
    const link = (group, text) =>
        el(
            'a',
            { href: linkTo(ctx.state, { group, sort: '' }), 'aria-current': group === chosen ? 'true' : null, 'data-key': group },
            text,
        );
    return el(
        'nav',
        { class: 'tabs', 'aria-label': t('groupChoice'), 'data-key': 'tabs' },
        [...groups.keys()].map(group => link(group, groupName(group))),
        link('all', t('allGroups')),
    );
}

// Places without a value stand last, in either order.
function sorted(rows, sort, definitions) {
    const down = sort.startsWith('-');
    const code = down ? sort.slice(1) : sort;
    if (!code) return rows;
    const sign = down ? -1 : 1;
    if (code === 'place') return [...rows].sort((a, b) => sign * a.name.localeCompare(b.name, 'vi'));
    const of = row => amount(row.values.get(code), definitions.get(code));
    return [...rows].sort((a, b) => {
        const [one, other] = [of(a), of(b)];
        if (one === null || other === null) return (one === null) - (other === null);
        return sign * (one - other);
    });
}

function sortHead(ctx, code, text, more) {
    const now = ctx.state.sort;
    const next = now === `-${code}` ? code : now === code ? '' : `-${code}`;
    const order = now === code ? 'ascending' : now === `-${code}` ? 'descending' : null;
    return th(
        [
            el(
                'a',
                {
                    href: linkTo(ctx.state, { sort: code === 'place' && !now ? 'place' : next }),
                    class: 'sort',
                    title: t('sortBy', text),
                    'data-key': `sort-${code}`,
                },
                text,
                el('span', { class: 'arrow', 'aria-hidden': 'true' }, order ? (order === 'ascending' ? '▲' : '▼') : ''),
            ),
            more,
        ],
        'col',
        { 'aria-sort': order, 'data-key': code },
    );
}

function placeRow(ctx, row, codes, whole) {
    const inside = ctx.places.some(place => place.parent === row.code) || ctx.levels.get(row.code) === 'COMMUNE';
    const name = whole ? t('whole', row.name) : row.name;
    return el(
        'tr',
        { 'data-key': row.code, class: whole ? 'whole' : null },
        th(
            whole ? name : el('a', { href: linkTo(ctx.state, { area: row.code, view: inside ? 'table' : 'overview', sort: '' }) }, name),
            'row',
        ),
        codes.map(code => {
            const value = row.values.get(code);
            return el('td', { class: 'n', 'data-key': code }, shownValue(ctx, value, ctx.definitions.get(code), row.code), flags(value));
        }),
    );
}

export function render(ctx, { table }) {
    const groups = byGroup(ctx, definition => table.rows.some(row => row.indicator === definition.code));
    const group = groups.has(ctx.state.group) || ctx.state.group === 'all' ? ctx.state.group : groups.keys().next().value;
    const codes = (group === 'all' ? [...groups.values()].flat() : groups.get(group) || []).map(definition => definition.code);
    const rows = table.places.map((place, at) => ({
        code: place.code,
        name: label(place.name),
        values: new Map(table.rows.map(row => [row.indicator, row.values[at]])),
    }));
    const title = `${placeName(ctx, areaOf(ctx))}: ${t(ctx.levels.get(areaOf(ctx)) === 'COMMUNE' ? 'tableVillages' : 'tableCommunes').toLowerCase()}`;
    const heads = codes.map(code => {
        const definition = ctx.definitions.get(code);
        return sortHead(ctx, code, label(definition.label), [
            el('small', { class: 'code' }, `${code} · ${unitOf(definition)}`),
            standardNote(
                rows.map(row => row.values.get(code)),
                definition,
            ),
        ]);
    });
    return [
        crumbs(ctx),
        ...heading(ctx, title, table),
        groupLinks(ctx, groups, group),
        rows.length < 2 ? el('p', { class: 'hint', 'data-key': 'none' }, t('noBelow')) : null,
        scrollBox(
            title,
            `box-${group}`,
            el(
                'table',
                { class: 'wide' },
                el('caption', {}, t('tableHint')),
                el('thead', {}, el('tr', {}, sortHead(ctx, 'place', t('place')), heads)),
                el(
                    'tbody',
                    {},
                    placeRow(ctx, rows[0], codes, true),
                    sorted(rows.slice(1), ctx.state.sort, ctx.definitions).map(row => placeRow(ctx, row, codes, false)),
                ),
            ),
        ),
        el('p', { class: 'quiet', 'data-key': 'legend' }, t('legend')),
    ];
}
