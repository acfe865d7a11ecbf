// SPDX-License-Identifier: Apache-2.0
// What an officer may do: correct, void, decide a duplicate, assign a target, file a period. Each is a form with who and
// why, a last look, and the receipt. Nothing is sent before the last look.
import { post } from './api.js';
import { el } from './dom.js';
import { day, label, number, parseNumber } from './format.js';
import { enumSelect, eventForm, eventSays, kindOf, serviceOf } from './forms.js';
import { areaOf, placeName, problemView, unitOf, windowOf } from './parts.js';
import { inner, name as periodName } from './period.js';
import { t } from './words.js';

const idle = { nodes: [], read: () => ({}) };
const remembered = key => {
    try {
        return localStorage.getItem(`chieng.${key}`) || '';
    } catch {
        return '';
    }
};
const remember = (key, value) => {
    try {
        localStorage.setItem(`chieng.${key}`, value);
    } catch {
        /* asked again next time */
    }
};
const field = (id, name, control, more) => el('p', { class: 'field' }, el('label', { for: id }, name), control, more);
const facts = rows =>
    el(
        'dl',
        { class: 'facts' },
        rows.map(([name, value]) => el('div', {}, el('dt', {}, name), el('dd', {}, value))),
    );

// Who does it: the signed-in name, and the office in which the event is posted.
function whoForm(ctx) {
    const role = enumSelect('role', 'Role', ctx.me.role || remembered('role'), true);
    const organisation = enumSelect('organisation', 'Organisation', ctx.me.organisation || remembered('organisation'), true);
    return {
        nodes: [
            el(
                'fieldset',
                { class: 'who' },
                el('legend', {}, t('whoAs', ctx.me.viewer || t('anonymous'))),
                field('role', t('role'), role),
                field('organisation', t('organisation'), organisation),
            ),
        ],
        read() {
            remember('role', role.value);
            remember('organisation', organisation.value);
            return { role: role.value, organisation: organisation.value };
        },
        said: () => `${ctx.me.viewer || t('anonymous')} · ${role.selectedOptions[0].text} · ${organisation.selectedOptions[0].text}`,
    };
}

function noteForm(must) {
    const note = el('textarea', { id: 'note', rows: 2, maxlength: 500, required: must });
    return { node: field('note', must ? t('why') : t('note'), note), read: () => note.value.trim() };
}

// A dialog in three steps. step: {title, nodes, read() → {rows, nodes, send()}}; read may throw a sentence.
function run(step, done) {
    const dialog = el('dialog', { class: 'act', 'aria-labelledby': 'acttitle' });
    const body = el('div', {});
    const title = el('h2', { id: 'acttitle', tabindex: -1 }, step.title);
    dialog.append(title, body);
    dialog.addEventListener('close', () => dialog.remove());
    const close = text => el('button', { type: 'button', on: { click: () => dialog.close() } }, text);
    const error = el('p', { class: 'error', role: 'alert' });
    const form = el(
        'form',
        {},
        step.nodes,
        error,
        el('p', { class: 'acts' }, el('button', { class: 'main', id: 'actreview' }, t('review')), close(t('cancel'))),
    );

    function fill(nodes, focus) {
        body.replaceChildren(...nodes);
        dialog.scrollTop = 0;
        (focus || title).focus();
    }
    async function send(last) {
        fill([el('p', { role: 'status', class: 'wait' }, t('sending'))]);
        try {
            fill([...last(await lastLook.send()), el('p', { class: 'acts' }, close(t('close')))]);
            done();
        } catch (problem) {
            if (!('status' in problem)) throw problem;
            const said = problem.status === 0 ? el('p', { class: 'problem', role: 'alert' }, t('unsure')) : problemView(problem, false);
            fill([
                said,
                el(
                    'p',
                    { class: 'acts' },
                    el('button', { type: 'button', on: { click: () => fill([form]) } }, t('back')),
                    close(t('close')),
                ),
            ]);
        }
    }
    let lastLook = null;
    form.addEventListener('submit', event => {
        event.preventDefault();
        error.textContent = '';
        try {
            lastLook = step.read();
        } catch (sentence) {
            if (typeof sentence !== 'string') throw sentence;
            error.textContent = sentence;
            return;
        }
        const yes = el(
            'button',
            { type: 'button', class: 'main', id: 'actsend', on: { click: () => send(lastLook.receipt || receiptView) } },
            t('send'),
        );
        fill(
            [
                el('p', {}, t('confirmSay')),
                facts(lastLook.rows),
                lastLook.nodes || [],
                el(
                    'p',
                    { class: 'acts' },
                    yes,
                    el('button', { type: 'button', on: { click: () => fill([form]) } }, t('back')),
                    close(t('cancel')),
                ),
            ].flat(),
        );
    });
    document.body.append(dialog);
    dialog.showModal();
    fill([form]);
}

const monthOf = period =>
    /^\d{6}$/.test(String(period)) ? `${String(period).slice(0, 4)}-${String(period).slice(4)}` : String(period || '');

// The receipt, in the reader's language.
function receiptView(answer) {
    const number = answer.sequence ? el('p', { class: 'quiet' }, t('receiptNo', String(answer.sequence), answer.device || '')) : null;
    if (!answer.receipt)
        return [
            el(
                'section',
                { class: 'receipt waiting', role: 'status' },
                el('h3', {}, t('receipt')),
                el('p', {}, t('waitingReceipt')),
                number,
            ),
        ];
    const { verdict, period, reasons = [] } = answer.receipt;
    const month = monthOf(period);
    return [
        el(
            'section',
            { class: `receipt ${String(verdict).toLowerCase()}`, role: 'status' },
            el('h3', {}, t('receipt')),
            el('p', { class: 'verdict' }, t(verdict)),
            reasons.length
                ? el(
                      'ul',
                      {},
                      reasons.map(reason =>
                          el('li', {}, label(reason), reason.field ? el('small', { class: 'code' }, reason.field) : null),
                      ),
                  )
                : el('p', {}, month && month !== '0' ? t('countsIn', inner(month)) : t('countsNone')),
            number,
        ),
    ];
}

const postEvent = (service, event) => post('events', event, { service });

function bare(event) {
    const { device, sequence, recordedAt, correction, note, ...rest } = event;
    return rest;
}

const villages = ctx => ctx.places.filter(place => place.level === 'VILLAGE').map(place => [place.code, label(place.name)]);

function correct(ctx, data, { at }) {
    const shown = data.events[at];
    const who = whoForm(ctx),
        note = noteForm(false),
        form = eventForm(shown.event, villages(ctx));
    const reason = enumSelect('reason', 'Correction.Reason', '', true);
    return {
        title: `${t('correct')}: ${kindOf(shown.event) || label(shown.label)}, ${day(shown.occurredOn)}`,
        nodes: [form.nodes, field('reason', t('why'), reason), note.node, who.nodes],
        read() {
            const { event, changes } = form.read();
            if (!changes.length) throw t('nothingChanged');
            const sent = {
                ...bare(event),
                ...who.read(),
                ...(note.read() ? { note: note.read() } : {}),
                correction: { action: 'REPLACE', reason: reason.value, device: shown.device, sequence: String(shown.sequence) },
            };
            return {
                rows: [
                    [t('who'), who.said()],
                    [t('why'), [reason.selectedOptions[0].text, note.read()].filter(Boolean).join(': ')],
                ],
                nodes: el(
                    'table',
                    { class: 'changes' },
                    el(
                        'thead',
                        {},
                        el(
                            'tr',
                            {},
                            ['field', 'was', 'becomes'].map(head => el('th', { scope: 'col' }, t(head))),
                        ),
                    ),
                    el(
                        'tbody',
                        {},
                        changes.map(([name, before, after]) =>
                            el('tr', {}, el('th', { scope: 'row' }, name), el('td', {}, before || '–'), el('td', {}, after || '–')),
                        ),
                    ),
                ),
                send: () => postEvent(shown.service || serviceOf(shown.event), sent),
            };
        },
    };
}

function voidIt(ctx, data, { at }) {
    const shown = data.events[at];
    const who = whoForm(ctx),
        note = noteForm(false);
    const reason = enumSelect('reason', 'Correction.Reason', '', true);
    return {
        title: `${t('voidIt')}: ${kindOf(shown.event) || label(shown.label)}, ${day(shown.occurredOn)}`,
        nodes: [facts(eventSays(shown.event)), field('reason', t('why'), reason), note.node, who.nodes],
        read: () => ({
            rows: [
                [t('voidIt'), `${shown.device} / ${shown.sequence}`],
                [t('who'), who.said()],
                [t('why'), [reason.selectedOptions[0].text, note.read()].filter(Boolean).join(': ')],
            ],
            send: () =>
                postEvent(shown.service || serviceOf(shown.event), {
                    ...bare(shown.event),
                    ...who.read(),
                    ...(note.read() ? { note: note.read() } : {}),
                    correction: { action: 'VOID', reason: reason.value, device: shown.device, sequence: String(shown.sequence) },
                }),
        }),
    };
}

function decide(ctx, data, { at, index, act }) {
    const group = data.groups[at];
    const [first, other] = [group.events[0], group.events[index]];
    const who = whoForm(ctx),
        why = noteForm(true);
    const decision = act === 'same' ? 'SAME' : 'DIFFERENT';
    const text = `${t(act === 'same' ? 'sameFact' : 'differentFacts')}: ${other.device} / ${other.sequence} – ${first.device} / ${first.sequence}`;
    return {
        title: t('decide'),
        nodes: [el('p', {}, text), why.node, who.nodes],
        read: () => ({
            rows: [
                [t('decide'), text],
                [t('who'), who.said()],
                [t('why'), why.read()],
            ],
            send: () =>
                postEvent(group.service, {
                    occurredOn: ctx.me.today,
                    ...(group.village ? { village: group.village } : {}),
                    ...who.read(),
                    note: why.read(),
                    duplicateDecided: {
                        service: group.service,
                        device: other.device,
                        sequence: String(other.sequence),
                        sameDevice: first.device,
                        sameSequence: String(first.sequence),
                        decision,
                    },
                }),
        }),
    };
}

function assign(ctx, data) {
    const definition = ctx.definitions.get(ctx.state.indicator);
    const area = areaOf(ctx);
    const village = ctx.levels.get(area) === 'VILLAGE' ? area : '';
    const who = whoForm(ctx);
    const value = el('input', { id: 'target', inputmode: 'decimal', required: true, autocomplete: 'off' });
    const doc = el('input', { id: 'doc', required: true, maxlength: 40, autocomplete: 'off' });
    const revision = el('input', { id: 'revision', type: 'number', min: 0, max: 1000, value: data.value?.target ? 1 : 0 });
    return {
        title: `${t('assign')}: ${label(definition.label)}`,
        nodes: [
            el('p', {}, `${placeName(ctx, area)}, ${periodName(ctx.state.period)}`),
            field('target', t('targetValue', unitOf(definition)), value),
            field('doc', t('docNo'), doc),
            field('revision', t('targetRevision'), revision),
            who.nodes,
        ],
        read() {
            const typed = parseNumber(value.value);
            if (Number.isNaN(typed)) throw t('notANumber', number('12.5'));
            return {
                rows: [
                    [t('target'), `${value.value} ${unitOf(definition)}`],
                    [t('place'), placeName(ctx, area)],
                    [t('periodHead'), periodName(ctx.state.period)],
                    [t('why'), doc.value],
                    [t('who'), who.said()],
                ],
                send: () =>
                    postEvent('monitoring', {
                        occurredOn: ctx.me.today,
                        ...(village ? { village } : {}),
                        ...who.read(),
                        targetAssigned: {
                            indicator: definition.code,
                            value: String(Math.round(typed * 100)),
                            period: ctx.state.period,
                            docNo: doc.value.trim(),
                            ...(Number(revision.value) ? { revision: Number(revision.value) } : {}),
                        },
                    }),
            };
        },
    };
}

function file(ctx) {
    const { from, to } = windowOf(ctx);
    const place = placeName(ctx, ctx.me.place.code);
    return {
        title: t('fileThis', inner(ctx.state.period)),
        nodes: [
            el('p', {}, t('fileSay', inner(ctx.state.period), day(from), day(to), place)),
            ctx.me.today <= to ? el('p', { class: 'error' }, t('fileBefore', day(to))) : null,
            el('label', { class: 'tick' }, el('input', { type: 'checkbox', id: 'looked', required: true }), ' ', t('iConfirm')),
        ],
        read: () => ({
            rows: [
                [t('file'), `${periodName(ctx.state.period)}, ${place}`],
                [t('who'), ctx.me.viewer || t('anonymous')],
            ],
            send: () => post('reports', { period: ctx.state.period }),
            receipt: ({ report }) => [
                el(
                    'section',
                    { class: 'receipt stored', role: 'status' },
                    el('h3', {}, t('receipt')),
                    el('p', { class: 'verdict' }, t('filedReceipt', inner(report.period), report.revision)),
                    report.digest ? el('p', {}, t('reportDigest'), ': ', el('code', { class: 'digest' }, report.digest)) : null,
                ),
            ],
        }),
    };
}

const all = { correct, void: voidIt, same: decide, different: decide, assign, file };

// Opens what the pressed button stands for; done() once something was sent.
export function open(button, ctx, data, done) {
    run({ ...idle, ...all[button.dataset.act](ctx, data, button.dataset) }, done);
}
