// SPDX-License-Identifier: Apache-2.0
// The events that make a number, one by one: who reported each, what it says, how much of the number it is, what it stands for
// instead, and, folded away, what is only for machines. Fetched when there are events to tell.
import { el } from './dom.js';
import { day, instant, label, number } from './format.js';
import { addsOf, countedFields } from './formula.js';
import { eventSays, valueOf } from './forms.js';
import { serviceName } from './names.js';
import { placeName, unitOf } from './parts.js';
import { t } from './words.js';

const idOf = (device, sequence) => `${device} / ${sequence}`;
const rounded = value => number(String(Number(value.toFixed(6))));

function whoOf({ organisation, role }) {
    const [office, post] = [organisation && valueOf('Organisation', organisation), role && valueOf('Role', role)];
    return post && office ? `${post} (${office})` : post || office || '';
}

// Who reported it, where and when; who corrected what, and why.
function from(ctx, event) {
    const said = event.event || {};
    const { correction } = said;
    const who = whoOf(said);
    const by = said.postedBy ? t('byAccount', who, said.postedBy) : who;
    const recorded = instant(said.recordedAt);
    const lines = [
        correction || !by ? '' : t('reportedBy', by),
        event.village ? t('inPlace', placeName(ctx, event.village)) : '',
        said.time ? t('atTime', said.time) : '',
        correction || !recorded ? '' : t('recordedAt', recorded),
    ].filter(Boolean);
    return [
        lines.length ? el('p', { class: 'quiet' }, lines.join(' · ')) : null,
        correction
            ? el(
                  'p',
                  { class: 'instead' },
                  t(correction.action === 'VOID' ? 'takesBack' : 'insteadOf', valueOf('Correction.Reason', correction.reason).toLowerCase()),
                  by ? ` ${t('correctedBy', by, recorded)}` : '',
              )
            : null,
    ];
}

// What it says; what the number adds up stands out, and is told to who cannot see that.
function says(event, counted) {
    const said = event.event ? eventSays(event.event) : [];
    return el(
        'ul',
        { class: 'says' },
        said.map(([name, value, path]) =>
            counted.has(path)
                ? el('li', {}, el('b', {}, `${name}: ${value}`), el('span', { class: 'unseen' }, ` ${t('isCounted')}`))
                : el('li', {}, `${name}: ${value}`),
        ),
        event.event?.note ? el('li', {}, `${t('noteHead')}: ${event.event.note}`) : null,
        event.hidden ? el('li', { class: 'quiet' }, t('hiddenPart')) : null,
    );
}

// What it is counted instead of: each as it was reported.
function insteadOf(ctx, event, id) {
    const others = event.insteadOf || [];
    if (!others.length) return null;
    return el(
        'details',
        { 'data-key': `i-${id}`, class: 'aside' },
        el('summary', {}, t('countsInsteadOf', number(others.length) + (event.insteadOfMore ? '+' : ''))),
        el(
            'ul',
            {},
            others.map(other =>
                el(
                    'li',
                    { 'data-key': `${other.device}-${other.sequence}` },
                    el('p', {}, `${day(other.occurredOn)} · ${t(other.because === 'SAME' ? 'wasSame' : 'wasReplaced')}`),
                    from(ctx, other),
                    says(other, new Set()),
                ),
            ),
        ),
    );
}

const fact = (name, value) => (value ? el('div', {}, el('dt', {}, name), el('dd', {}, el('code', {}, value))) : null);

function technical(event, id) {
    const { correction } = event.event || {};
    return el(
        'details',
        { 'data-key': `t-${id}` },
        el('summary', {}, t('technical')),
        el(
            'dl',
            { class: 'facts' },
            fact(`${t('device')} / ${t('sequence')}`, idOf(event.device, event.sequence)),
            correction ? fact(t('replaced'), idOf(correction.device || event.device, correction.sequence)) : null,
            event.service ? fact(t('service'), serviceName(event.service)) : null,
            fact(t('traceId'), event.traceId),
        ),
    );
}

function buttons(event, at, id) {
    const name = `${label(event.label) || event.type}, ${day(event.occurredOn)}, ${event.device} ${event.sequence}`;
    const button = (act, text, key) =>
        el('button', { type: 'button', 'data-act': act, 'data-at': at, 'aria-label': `${t(text)}: ${name}`, 'data-key': `${key}-${id}` }, t(text));
    return el(
        'p',
        { class: 'acts' },
        event.hidden ? null : button('correct', 'correct', 'c'), // what is not shown would be lost
        button('void', 'voidIt', 'v'),
    );
}

// 47 + 33 = 80, while that can be read.
function sum(each, data, definition) {
    if (each.length < 2 || each.length > 12 || each.every(one => one === 1)) return null;
    const total = rounded(each.reduce((all, one) => all + one, 0));
    return el('p', { class: 'sumline', 'data-key': 'sum' }, `${each.map(rounded).join(' + ')} = ${total} ${unitOf(definition)}`);
}

export function tale(ctx, data, definition) {
    const isWhole = !ctx.state.after && !data.eventsNext;
    const each = addsOf(definition, data, isWhole);
    const may = ctx.may('CORRECT');
    return [
        each && isWhole ? sum(each, data, definition) : null,
        el(
            'ol',
            { class: 'tale', 'data-key': 'tale' },
            data.events.map((event, at) => {
                const id = `${event.device}-${event.sequence}`;
                return el(
                    'li',
                    { 'data-key': id },
                    el('h3', {}, `${day(event.occurredOn)} · ${label(event.label) || event.type}`),
                    each ? el('p', { class: 'adds' }, t('addsThis', rounded(each[at])), ' ', el('span', { class: 'unit' }, unitOf(definition))) : null,
                    from(ctx, event),
                    says(event, countedFields(definition, event.type)),
                    insteadOf(ctx, event, id),
                    may ? buttons(event, at, id) : null,
                    technical(event, id),
                );
            }),
        ),
    ];
}
