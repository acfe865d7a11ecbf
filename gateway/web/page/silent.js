// SPDX-License-Identifier: Apache-2.0
// Who has not been heard of, the longest first.
import { get } from './api.js';
import { el } from './dom.js';
import { day, label, number } from './format.js';
import { heading, plainTable, th } from './parts.js';
import { t } from './words.js';

export const load = () => get('silent');

export function render(ctx, data) {
    const weight = place => (place.days === undefined || place.days === null ? Infinity : Number(place.days));
    const rows = [...data.places]
        .sort((a, b) => (weight(b) > weight(a) ? 1 : weight(b) < weight(a) ? -1 : 0))
        .map(place => {
            const late = place.expectedEvery && weight(place) > Number(place.expectedEvery);
            return el(
                'tr',
                { 'data-key': place.code, class: late ? 'marked' : null },
                th(label(place.name) || place.code, 'row'),
                el('td', {}, place.lastEventOn ? day(place.lastEventOn) : t('never')),
                el('td', { class: 'n' }, place.days === undefined || place.days === null ? '–' : number(place.days)),
                el('td', {}, place.expectedEvery ? t('days', number(place.expectedEvery)) : ''),
            );
        });
    return [
        ...heading(ctx, t('silent')),
        el('p', { 'data-key': 'say' }, t('silentSay'), ' ', data.day ? t('onDay', day(data.day)) : ''),
        rows.length
            ? plainTable(t('silent'), [t('place'), t('lastEvent'), `>${t('daysAgo')}`, t('expected')], rows, 'silent')
            : el('p', { class: 'hint' }, t('nobodySilent')),
    ];
}
