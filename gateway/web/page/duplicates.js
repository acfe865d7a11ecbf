// SPDX-License-Identifier: Apache-2.0
// Events that look like one fact and wait for an officer's decision.
import { get } from './api.js';
import { el } from './dom.js';
import { day, label } from './format.js';
import { typeName, valueOf } from './forms.js';
import { heading, placeName, plainTable, th } from './parts.js';
import { t } from './words.js';

export const load = () => get('duplicates');

const idOf = event => `${event.device} / ${event.sequence}`;

function group(ctx, one, at) {
    const title = `${label(one.label) || typeName(one.type)}, ${one.village ? placeName(ctx, one.village) : placeName(ctx, ctx.me.place.code)}, ${day(one.occurredOn)}`;
    const more = [...new Set(one.events.flatMap(event => ['organisation', 'role', 'time'].filter(key => event[key])))];
    const may = ctx.may('DECIDE');
    const rows = one.events.map((event, index) =>
        el(
            'tr',
            { 'data-key': idOf(event) },
            th(el('code', {}, idOf(event)), 'row'),
            more.map(key => el('td', {}, valueOf(key === 'role' ? 'Role' : 'Organisation', event[key] ?? ''))),
            may
                ? el(
                      'td',
                      { class: 'acts' },
                      index === 0
                          ? ''
                          : ['same', 'different'].map(what =>
                                el(
                                    'button',
                                    {
                                        type: 'button',
                                        'data-act': what,
                                        'data-at': at,
                                        'data-index': index,
                                        'data-key': `${what}${index}`,
                                        'aria-label': `${t(what === 'same' ? 'sameFact' : 'differentFacts')}: ${idOf(event)} ${t('pairAgainst', one.events[0].device, one.events[0].sequence)}`,
                                    },
                                    t(what === 'same' ? 'sameFact' : 'differentFacts'),
                                ),
                            ),
                  )
                : null,
        ),
    );
    const heads = { organisation: t('organisation'), role: t('role'), time: t('time') };
    return el(
        'section',
        { 'data-key': `${one.service}${title}` },
        el('h2', {}, title),
        plainTable(
            title,
            [`${t('device')} / ${t('sequence')}`, ...more.map(key => heads[key]), ...(may ? [t('doWhat')] : [])],
            rows,
            'events',
        ),
    );
}

export function render(ctx, data) {
    return [
        ...heading(ctx, t('duplicates')),
        el('p', { 'data-key': 'say' }, t('duplicatesSay')),
        data.groups.length ? data.groups.map((one, at) => group(ctx, one, at)) : el('p', { class: 'hint' }, t('noDuplicates')),
    ];
}
