// SPDX-License-Identifier: Apache-2.0
// Events that look like one fact and wait for an officer's decision, pair by pair.
import { get } from './api.js';
import { el } from './dom.js';
import { day, instant, label } from './format.js';
import { envelopeName, eventSays, typeName, valueOf } from './forms.js';
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

// Who says it and what, as far as the reader may read it: name -> value.
function saysOf(event) {
    const { recordedAt, note } = event.event || {};
    const said = new Map([
        [t('organisation'), valueOf('Organisation', event.organisation ?? '')],
        [t('role'), valueOf('Role', event.role ?? '')],
        [t('time'), event.time ?? ''],
        [envelopeName('recordedAt'), instant(recordedAt)],
    ]);
    for (const [name, value] of event.event ? eventSays(event.event) : [])
        said.set(name, said.has(name) ? `${said.get(name)}; ${value}` : value);
    if (note) said.set(t('note'), note);
    return said;
}

// A row for each thing that any of them says, a column for each event.
function beside(events) {
    const all = events.map(saysOf);
    const names = [...new Set(all.flatMap(said => [...said.keys()]))].filter(name => all.some(said => said.get(name)));
    return names.map(name => {
        const values = all.map(said => said.get(name) || '–');
        const differs = name !== envelopeName('recordedAt') && new Set(values).size > 1; // nobody writes at the same second
        return el(
            'tr',
            { 'data-key': name },
            th([name, differs ? el('small', { class: 'flag restated' }, t('differs')) : null], 'row'),
            values.map(value => el('td', {}, value)),
        );
    });
}

const headOf = event => idOf(event.device, event.sequence) + (event.hidden ? ` (${t('hiddenPart')})` : '');

function group(ctx, one, at) {
    const title = `${label(one.label) || typeName(one.type)}, ${one.village ? placeName(ctx, one.village) : placeName(ctx, ctx.me.place.code)}, ${day(one.occurredOn)}`;
    return el(
        'section',
        { 'data-key': `${one.service}${title}${idOf(one.events[0].device, one.events[0].sequence)}` },
        el('h2', {}, title),
        plainTable(title, [`${t('device')} / ${t('sequence')}`, ...one.events.map(headOf)], beside(one.events), 'events'),
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
