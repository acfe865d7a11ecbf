// SPDX-License-Identifier: Apache-2.0
// Events that look like one fact and wait for an officer's decision, pair by pair.
import { get } from './api.js';
import { el } from './dom.js';
import { day, label } from './format.js';
import { typeName, valueOf } from './forms.js';
import { serviceName } from './names.js';
import { heading, placeName, plainTable, th } from './parts.js';
import { t } from './words.js';

export const load = () => get('duplicates');

const idOf = (device, sequence) => `${device} / ${sequence}`;

function decisions(pair, at, index) {
    return ['same', 'different'].map(what => {
        const text = t(what === 'same' ? 'sameFact' : 'differentFacts');
        return el(
            'button',
            {
                type: 'button',
                'data-act': what,
                'data-at': at,
                'data-pair': index,
                'data-key': `${what}${index}`,
                'aria-label': `${text}: ${idOf(pair.device, pair.sequence)} ${t('pairAgainst', pair.sameDevice, pair.sameSequence)}`,
            },
            text,
        );
    });
}

function pairs(one, at, may) {
    return plainTable(
        t('pairs'),
        [t('pairs'), t('doWhat')],
        one.pairs.map((pair, index) =>
            el(
                'tr',
                { 'data-key': `pair${index}` },
                th(
                    el('code', {}, `${idOf(pair.device, pair.sequence)} – ${idOf(pair.sameDevice, pair.sameSequence)}`),
                    'row',
                ),
                pair.decision === 'UNDECIDED'
                    ? el('td', { class: 'acts' }, may ? decisions(pair, at, index) : '')
                    : el('td', {}, t('differentFacts')),
            ),
        ),
        'pairs',
    );
}

function group(ctx, one, at) {
    const title = `${label(one.label) || typeName(one.type)}, ${one.village ? placeName(ctx, one.village) : placeName(ctx, ctx.me.place.code)}, ${day(one.occurredOn)}`;
    const more = ['organisation', 'role', 'time'].filter(key => one.events.some(event => event[key]));
    const said = (key, event) => (key === 'time' ? (event.time ?? '') : valueOf(key === 'role' ? 'Role' : 'Organisation', event[key] ?? ''));
    const rows = one.events.map(event =>
        el(
            'tr',
            { 'data-key': idOf(event.device, event.sequence) },
            th(el('code', {}, idOf(event.device, event.sequence)), 'row'),
            more.map(key => el('td', {}, said(key, event))),
        ),
    );
    const heads = { organisation: t('organisation'), role: t('role'), time: t('time') };
    return el(
        'section',
        { 'data-key': `${one.service}${title}${idOf(one.events[0].device, one.events[0].sequence)}` },
        el('h2', {}, title),
        plainTable(title, [`${t('device')} / ${t('sequence')}`, ...more.map(key => heads[key])], rows, 'events'),
        pairs(one, at, ctx.may('DECIDE')),
    );
}

export function render(ctx, data) {
    return [
        ...heading(ctx, t('duplicates')),
        el('p', { 'data-key': 'say' }, t('duplicatesSay')),
        data.silent?.length ? el('p', { class: 'hint', 'data-key': 'silent' }, t('silentServices', data.silent.map(serviceName).join(', '))) : null,
        data.groups.length ? data.groups.map((one, at) => group(ctx, one, at)) : el('p', { class: 'hint' }, t('noDuplicates')),
        data.more ? el('p', { class: 'quiet', 'data-key': 'more' }, t('moreGroups', String(data.more))) : null,
    ];
}
