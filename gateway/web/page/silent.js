// SPDX-License-Identifier: Apache-2.0
// Who has not been heard of, the longest first.
import { get } from './api.js';
import { el } from './dom.js';
import { day, label, number } from './format.js';
import { areaOf, heading, placeName, plainTable, th } from './parts.js';
import { bounds, inner, parse } from './period.js';
import { has, t } from './words.js';

// Of the place that is chosen, or of the whole where that is no place today.
export async function load(ctx) {
    if (ctx.state.area && !ctx.state.map) {
        try {
            return await get('silent', { area: ctx.state.area });
        } catch (problem) {
            if (problem.status !== 404) throw problem;
        }
    }
    ctx.state = { ...ctx.state, map: '', area: '' };
    return get('silent');
}

const absent = value => value === undefined || value === null;
const weight = place => (absent(place.days) ? Infinity : Number(place.days));

// A number of days, or the kind of period: MONTH.
const expected = every => (absent(every) ? '' : has(every) ? t(every).toLowerCase() : t('days', number(every)));
// An official month with its days: it does not begin on the 1st.
const dated = (key, period) => {
    const { from, to } = bounds(parse(period), 'official');
    return t(key, inner(period), day(from), day(to));
};
const lastHeard = place => (place.lastPeriod ? dated('lately', place.lastPeriod) : t('never'));
// The last event may have come on any day of its period.
const silence = days => (absent(days) ? '–' : t(Number(days) === 1 ? 'atLeastDay' : 'atLeastDays', number(days)));

function row(place) {
    const late = weight(place) > (Number(place.expectedEvery) || 31);
    return el(
        'tr',
        { 'data-key': place.code, class: late ? 'marked' : null },
        th(label(place.name) || place.code, 'row'),
        el('td', {}, lastHeard(place)),
        el('td', { class: 'n' }, silence(place.days)),
        el('td', {}, expected(place.expectedEvery)),
    );
}

export function render(ctx, data) {
    const places = [...data.places].sort((a, b) => (weight(a) === weight(b) ? 0 : weight(b) > weight(a) ? 1 : -1));
    return [
        ...heading(ctx, `${t('silent')}: ${placeName(ctx, areaOf(ctx))}`),
        el(
            'p',
            { 'data-key': 'say' },
            t('silentSay'),
            ' ',
            data.day ? t('onDay', day(data.day)) : '',
            ' ',
            places.length && parse(data.period) ? dated('neverIn', data.period) : '',
        ),
        el('p', { class: 'quiet', 'data-key': 'today' }, t('silentToday')),
        places.length
            ? plainTable(t('silent'), [t('place'), t('lastEvent'), `>${t('daysAgo')}`, t('expected')], places.map(row), 'silent')
            : el('p', { class: 'hint' }, t('nobodySilent')),
    ];
}
