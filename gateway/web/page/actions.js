// SPDX-License-Identifier: Apache-2.0
// What an officer may do: correct, void, decide a duplicate, assign a target, file a period. Each is a form with who and
// why, a last look, and the receipt. Nothing is sent before the last look.
import { get, newKey, post } from './api.js';
import { el } from './dom.js';
import { day, label, number } from './format.js';
import { Wrong, enumSelect, eventForm, eventSays, kindOf, serviceOf, typedNumber, valueOf } from './forms.js';
import { serviceName } from './names.js';
import { areaOf, placeName, problemView, unitOf, windowOf } from './parts.js';
import { bounds, inner, name as periodName, parse } from './period.js';
import { isAnonymous, signInForm } from './session.js';
import { t } from './words.js';

const idle = { nodes: [], read: () => ({}) };
const field = (id, name, control, more) => el('p', { class: 'field' }, el('label', { for: id }, name), control, more);
const facts = rows =>
    el(
        'dl',
        { class: 'facts' },
        rows.map(([name, value]) => el('div', {}, el('dt', {}, name), el('dd', {}, value))),
    );

// Who does it: whoever is signed in. The gateway puts his role and organisation into the event, and takes no others.
function whoOf(ctx) {
    const office = [ctx.me.role && valueOf('Role', ctx.me.role), ctx.me.organisation && valueOf('Organisation', ctx.me.organisation)];
    return [ctx.me.viewer || t('anonymous'), ...office].filter(Boolean).join(' · ');
}

// What has to be said: blanks say nothing.
function needed(box) {
    const text = box.value.trim();
    if (text) return text;
    throw new Wrong(t('whyNeeded'), box);
}

function noteForm(must, text = '') {
    const note = el('textarea', { id: 'note', rows: 2, maxlength: 500, required: must }, text);
    return { node: field('note', must ? t('why') : t('note'), note), read: () => (must ? needed(note) : note.value.trim()) };
}

// Whether somebody was signed in, and the gateway forgot him: it keeps its sessions while it runs.
async function isForgotten(me, problem) {
    if (isAnonymous(me) || ![401, 403].includes(problem.status)) return false;
    return get('me').then(
        ({ viewer }) => viewer !== me.viewer,
        ({ status }) => status === 401,
    );
}

// Focus goes back to what opened the dialog, or what stands there now, or else to the heading.
function giveBack(opener) {
    const is = one => one === opener || one.isEqualNode(opener);
    const there = [...document.querySelectorAll('main [data-act]')].find(is);
    (there || document.querySelector('main h1'))?.focus();
}

// A dialog in three steps. step: {title, nodes, read() → {rows, nodes, send(key), once, effect}}; read may throw what is Wrong. What is
// sent `once` under one key may be sent again when the line broke. `effect` is what it does once it is taken: a figure counts in the
// month that the receipt names, a target or a decision does not. on: {sent(), signedIn()}.
function run(step, opener, me, on) {
    const dialog = el('dialog', { class: 'act', 'aria-labelledby': 'acttitle' });
    const body = el('div', {});
    const title = el('h2', { id: 'acttitle', tabindex: -1 }, step.title);
    dialog.append(title, body);
    dialog.addEventListener('close', () => {
        removeEventListener('hashchange', leave);
        dialog.remove();
        giveBack(opener);
    });
    const button = (text, click, more = {}) => el('button', { type: 'button', ...more, on: { click } }, t(text));
    const acts = (...buttons) => el('p', { class: 'acts' }, buttons);
    const close = text => button(text, () => dialog.close());
    const change = () => button('back', () => fill([form]));
    const again = () => button('sendAgain', send, { class: 'main', id: 'actagain' });
    const error = el('small', { class: 'error', role: 'alert', id: 'acterror' });
    const ends = acts(el('button', { class: 'main', id: 'actreview' }, t('review')), close('cancel'));
    const form = el('form', {}, step.nodes, error, ends);
    let lastLook = null;
    let key = '';
    let isUnsure = false; // it was sent, and may have been taken

    // It is of what was shown when it was opened, and goes with that; but not while it may be taken.
    function leave() {
        if (!isUnsure) dialog.close();
    }
    function fill(nodes, focus) {
        body.replaceChildren(...nodes.flat());
        dialog.scrollTop = 0;
        (focus || title).focus();
    }
    // Beside what is wrong, and told with it to who cannot see that.
    function complain({ message, box }) {
        const field = box?.closest('.field');
        if (field) field.append(error);
        else ends.before(error);
        error.textContent = message;
        box?.setAttribute('aria-invalid', 'true');
        box?.setAttribute('aria-describedby', error.id);
        box?.focus();
    }
    function forgetWrong() {
        error.textContent = '';
        for (const name of ['aria-invalid', 'aria-describedby']) form.querySelector(`[${name}]`)?.removeAttribute(name);
    }
    const prepared = () => [facts(lastLook.rows), lastLook.nodes || []].flat();

    async function send() {
        const wasUnsure = isUnsure;
        isUnsure = true;
        fill([el('p', { role: 'status', class: 'wait' }, t('sending'))]);
        try {
            const answer = await lastLook.send(key);
            isUnsure = false;
            // With what it is about, who said it and why: the receipt may be printed.
            fill([...(lastLook.receipt || receiptView)(answer, lastLook.effect), ...prepared(), acts(close('close'))]);
            on.sent();
        } catch (problem) {
            if (!('status' in problem)) throw problem;
            isUnsure = wasUnsure || problem.status === 0;
            if (await isForgotten(me, problem)) askWho(t('forgotten', me.viewer));
            else notTaken(problem);
        }
    }
    function notTaken(problem) {
        const unsure = t(lastLook.once ? 'sendAgainSay' : 'unsure');
        const said = problem.status === 0 ? el('p', { class: 'problem', role: 'alert' }, unsure) : problemView(problem, false);
        fill([said, acts(isUnsure && lastLook.once ? again() : null, change(), close('close'))]);
    }
    // What was prepared stays, with its key. The key is his who began: of another it would be another one.
    function askWho(why) {
        const asked = signInForm(({ viewer }) => {
            on.signedIn();
            if (viewer !== me.viewer) return askWho(t('somebodyElse', viewer, me.viewer));
            fill([el('p', { role: 'status' }, t('signedInAgain')), ...prepared(), acts(again(), close('close'))]);
        }, 'act');
        fill([el('p', { class: 'problem', role: 'alert' }, why), asked, acts(close('close'))], asked.querySelector('input'));
    }
    form.addEventListener('submit', event => {
        event.preventDefault();
        forgetWrong();
        try {
            lastLook = step.read();
            [key, isUnsure] = [newKey(), false];
        } catch (wrong) {
            if (!(wrong instanceof Wrong)) throw wrong;
            complain(wrong);
            return;
        }
        const yes = button('send', send, { class: 'main', id: 'actsend' });
        fill([el('p', {}, t('confirmSay')), ...prepared(), acts(yes, change(), close('cancel'))]);
    });
    addEventListener('hashchange', leave);
    document.body.append(dialog);
    dialog.showModal();
    fill([form]);
}

const monthOf = period =>
    /^\d{6}$/.test(String(period)) ? `${String(period).slice(0, 4)}-${String(period).slice(4)}` : String(period || '');

function countsIn(month) {
    if (!parse(month)) return t('countsNone');
    const { from, to } = bounds(parse(month), 'official');
    return t('countsIn', inner(month), day(from), day(to));
}

// The receipt, in the reader's language.
function receiptView(answer, effect, title = t('receipt')) {
    const number = answer.sequence
        ? el('p', { class: 'quiet' }, t('receiptNo', String(answer.sequence), answer.device || '', serviceName(answer.service)))
        : null;
    if (!answer.receipt)
        return [
            el(
                'section',
                { class: 'receipt waiting', role: 'status' },
                el('h3', {}, title),
                el('p', {}, t('waitingReceipt')),
                number,
            ),
        ];
    const { verdict, period, reasons = [] } = answer.receipt;
    return [
        el(
            'section',
            { class: `receipt ${String(verdict).toLowerCase()}`, role: 'status' },
            el('h3', {}, title),
            el('p', { class: 'verdict' }, t(verdict)),
            reasons.length
                ? el(
                      'ul',
                      {},
                      reasons.map(reason =>
                          el('li', {}, label(reason), reason.field ? el('small', { class: 'code' }, reason.field) : null),
                      ),
                  )
                : el('p', { class: 'effect' }, effect || countsIn(monthOf(period))),
            number,
        ),
    ];
}

// At a district it says which commune's services shall take it.
function postEvent(ctx, service, event) {
    const area = areaOf(ctx);
    const commune = ctx.levels.get(area) === 'COMMUNE' && area !== ctx.me.place.code ? area : '';
    return { once: true, send: key => post('events', event, { service, commune }, key) };
}

// What an event says, without who said it and when: that is the officer now.
function bare(event) {
    const { device, sequence, recordedAt, correction, note, role, postedBy, ...rest } = event;
    return rest;
}

const villages = ctx => ctx.places.filter(place => place.level === 'VILLAGE').map(place => [place.code, label(place.name)]);

// Only of what is shown whole: its note goes on with it, as it stands or put right.
function correct(ctx, data, { at }) {
    const shown = data.events[at];
    const note = noteForm(false, shown.event.note),
        form = eventForm(shown.event, villages(ctx));
    const untouched = note.read();
    const reason = enumSelect('reason', 'Correction.Reason', '', true);
    return {
        title: `${t('correct')}: ${kindOf(shown.event) || label(shown.label)}, ${day(shown.occurredOn)}`,
        nodes: [form.nodes, field('reason', t('why'), reason), note.node],
        read() {
            const { event, changes } = form.read();
            const noted = note.read();
            if (noted !== untouched) changes.push([t('noteHead'), untouched, noted]);
            if (!changes.length) throw new Wrong(t('nothingChanged'));
            const sent = {
                ...bare(event),
                ...(noted ? { note: noted } : {}),
                correction: { action: 'REPLACE', reason: reason.value, device: shown.device, sequence: String(shown.sequence) },
            };
            return {
                rows: [
                    [t('who'), whoOf(ctx)],
                    [t('why'), reason.selectedOptions[0].text],
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
                ...postEvent(ctx, shown.service || serviceOf(shown.event), sent),
            };
        },
    };
}

function voidIt(ctx, data, { at }) {
    const shown = data.events[at];
    const note = noteForm(false);
    const reason = enumSelect('reason', 'Correction.Reason', '', true);
    return {
        title: `${t('voidIt')}: ${kindOf(shown.event) || label(shown.label)}, ${day(shown.occurredOn)}`,
        nodes: [facts(eventSays(shown.event)), field('reason', t('why'), reason), note.node],
        read: () => ({
            rows: [
                [t('voidIt'), `${shown.device} / ${shown.sequence}`],
                [t('who'), whoOf(ctx)],
                [t('why'), [reason.selectedOptions[0].text, note.read()].filter(Boolean).join(': ')],
            ],
            ...postEvent(ctx, shown.service || serviceOf(shown.event), {
                    ...bare(shown.event),
                    ...(note.read() ? { note: note.read() } : {}),
                    correction: { action: 'VOID', reason: reason.value, device: shown.device, sequence: String(shown.sequence) },
                }),
            effect: t('voidDoes'),
        }),
    };
}

// It is of today and names no village: the events' may have gone to another commune since.
function decide(ctx, data, { at, pair, act }) {
    const group = data.groups[at];
    const { decision: _, ...named } = group.pairs[pair];
    const why = noteForm(true);
    const decision = act === 'same' ? 'SAME' : 'DIFFERENT';
    const text = `${t(act === 'same' ? 'sameFact' : 'differentFacts')}: ${named.device} / ${named.sequence} – ${named.sameDevice} / ${named.sameSequence}`;
    return {
        title: t('decide'),
        nodes: [el('p', {}, text), why.node],
        read: () => ({
            rows: [
                [t('decide'), text],
                [t('who'), whoOf(ctx)],
                [t('why'), why.read()],
            ],
            ...postEvent(ctx, group.service, {
                occurredOn: ctx.me.today,
                note: why.read(),
                duplicateDecided: { service: group.service, ...named, decision },
            }),
            effect: t(act === 'same' ? 'sameDoes' : 'differentDoes'),
        }),
    };
}

function assign(ctx, data) {
    const definition = ctx.definitions.get(ctx.state.indicator);
    const area = areaOf(ctx);
    const village = ctx.levels.get(area) === 'VILLAGE' ? area : '';
    const value = el('input', { id: 'target', inputmode: 'decimal', required: true, autocomplete: 'off' });
    const doc = el('input', { id: 'doc', required: true, maxlength: 40, autocomplete: 'off' });
    const { from, to } = windowOf(ctx);
    const revision = el('input', { id: 'revision', type: 'number', min: 0, max: 1000, value: data.value?.target ? 1 : 0 });
    return {
        title: `${t('assign')}: ${label(definition.label)}`,
        nodes: [
            el('p', {}, `${placeName(ctx, area)}, ${periodName(ctx.state.period)}`),
            field('target', t('targetValue', unitOf(definition)), value),
            field('doc', t('docNo'), doc),
            field('revision', t('targetRevision'), revision),
        ],
        read() {
            const hundredths = typedNumber(value, 2);
            return {
                rows: [
                    [t('target'), `${number(hundredths / 100)} ${unitOf(definition)}`],
                    [t('place'), placeName(ctx, area)],
                    [t('periodHead'), periodName(ctx.state.period)],
                    [t('docNo'), doc.value.trim()],
                    [t('who'), whoOf(ctx)],
                ],
                ...postEvent(ctx, 'monitoring', {
                        occurredOn: ctx.me.today,
                        ...(village ? { village } : {}),
                        targetAssigned: {
                            indicator: definition.code,
                            value: String(hundredths),
                            period: ctx.state.period,
                            docNo: doc.value.trim(),
                            ...(Number(revision.value) ? { revision: Number(revision.value) } : {}),
                        },
                    }),
                effect: t('targetDoes', inner(ctx.state.period), day(from), day(to), placeName(ctx, area)),
            };
        },
    };
}

function file(ctx, data) {
    const again = (data.reports || []).some(report => report.period === ctx.state.period);
    const why = el('input', { id: 'filed-why', maxlength: 160, required: again, autocomplete: 'off' }); // as UTF-8 at most 500 bytes
    const { from, to } = windowOf(ctx);
    const place = placeName(ctx, ctx.me.place.code);
    const silent = (data.silent?.places || []).map(one => label(one.name) || one.code);
    return {
        title: t('fileThis', inner(ctx.state.period)),
        nodes: [
            el('p', {}, t('fileSay', inner(ctx.state.period), day(from), day(to), place)),
            ctx.me.today <= to ? el('p', { class: 'error' }, t('fileBefore', day(to))) : null,
            silent.length ? el('p', { class: 'hint', id: 'silent' }, t('fileSilent', String(silent.length), silent.join(', '))) : null,
            field('filed-why', t(again ? 'whyAgain' : 'whyFirst'), why),
            el('label', { class: 'tick' }, el('input', { type: 'checkbox', id: 'looked', required: true }), ' ', t('iConfirm')),
        ],
        read: () => {
            const said = again ? needed(why) : why.value.trim();
            return {
                rows: [
                    [t('file'), `${periodName(ctx.state.period)}, ${place}`],
                    ...(said ? [[t('why'), said]] : []),
                    [t('who'), whoOf(ctx)],
                ],
                send: () => post('reports', { period: ctx.state.period, ...(said ? { why: said } : {}) }),
                receipt: ({ report, event }) => [
                    el(
                        'section',
                        { class: 'receipt stored', role: 'status' },
                        el('h3', {}, t('receipt')),
                        el('p', { class: 'verdict' }, t('filedReceipt', inner(report.period), report.revision)),
                        report.digest ? el('p', {}, t('reportDigest'), ': ', el('code', { class: 'digest' }, report.digest)) : null,
                        event ? null : el('p', {}, t('filedByCommunes')),
                    ),
                    ...(event ? receiptView(event, t('filedDoes'), t('filedEvent')) : []),
                ],
            };
        },
    };
}

const all = { correct, void: voidIt, same: decide, different: decide, assign, file };

// Opens what the pressed button stands for; on.sent() once something was sent, on.signedIn() once somebody signed in meanwhile.
export function open(button, ctx, data, on) {
    run({ ...idle, ...all[button.dataset.act](ctx, data, button.dataset) }, button, ctx.me, on);
}
