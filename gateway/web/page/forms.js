// SPDX-License-Identifier: Apache-2.0
// A small form made from an event's JSON and the contract's labels (schema.js): every field that the event may have, as it
// stands, to be put right. What cannot be edited here (lists of messages, unknown fields) is kept as it is.
import { el } from './dom.js';
import { day, label, number, parseDay, parseScaled } from './format.js';
import { enums, events, messages } from './schema.js';
import { lang, t, unitName } from './words.js';

export const pick = pair => (pair ? pair[lang() === 'vi' ? 0 : 1] || pair[0] : '');
export const bodyOf = event => Object.keys(event).find(key => key in events);
const envelope = ['occurredOn', 'time', 'village', 'programme'];
const numeric = /^u?int\d+$/;
const valueName = (type, value) => pick(enums[type]?.[value]) || value;

// What is wrong with what was typed: a sentence that stands beside its box.
export class Wrong extends Error {
    constructor(sentence, box = null) {
        super(sentence);
        this.box = box;
    }
}

// What was typed, as it is kept. More decimals than are kept are refused: a rounded number would be another one.
export function typedNumber(box, decimals = 0) {
    const typed = parseScaled(box.value, decimals);
    const example = number((decimals ? 12.25 : 1234).toFixed(decimals));
    if (typed === null) throw new Wrong(decimals ? t('tooFine', decimals, example, number('1500')) : t('notWhole', example), box);
    if (Number.isNaN(typed)) throw new Wrong(t('notANumber', example), box);
    return typed;
}

let ids = 0;

function options(type, chosen, must) {
    return [
        must && chosen ? null : el('option', { value: '' }, t('choose')),
        Object.entries(enums[type]).map(([value, names]) => el('option', { value, selected: value === chosen }, pick(names))),
    ];
}

export const enumSelect = (id, type, chosen, must) => el('select', { id, name: id, required: must }, options(type, chosen, must));

function asText(value, { decimals } = {}, key = '') {
    if (value === undefined || value === '') return '';
    if (key === 'year') return String(value); // 2022, not 2.022
    return number(decimals ? String(Number(value) / 10 ** decimals) : String(value));
}

// With what it is a number of.
function withUnit(value, flags = {}, key = '') {
    const text = asText(value, flags, key);
    return text && flags.unit ? `${text} ${unitName(flags.unit)}` : text;
}

// What is ticked, as it stood and then what is new; what has no box of its own stays.
const inOrder = (on, before, boxes) => [
    ...before.filter(one => on.includes(one) || !(one in boxes)),
    ...on.filter(one => !before.includes(one)),
];

// One field: {path, name, node, read()}; read() gives undefined for an empty one and throws what is Wrong.
function fieldOf(path, [vi, en, type, flags = {}], value, places) {
    const id = `f${++ids}`;
    const name = pick([vi, en]);
    const unit = flags.unit ? ` (${unitName(flags.unit)})` : '';
    const field = control => el('p', { class: 'field' }, el('label', { for: id }, name, unit, flags.must ? ' *' : ''), control);
    if (enums[type] && flags.many) {
        const boxes = Object.entries(enums[type]).map(([one, names]) =>
            el(
                'label',
                { class: 'tick' },
                el('input', { type: 'checkbox', value: one, checked: (value || []).includes(one) }),
                ' ',
                pick(names),
            ),
        );
        const node = el('fieldset', { class: 'ticks' }, el('legend', {}, name, flags.must ? ' *' : ''), boxes);
        return {
            path,
            name,
            node,
            read: () => {
                const on = [...node.querySelectorAll(':checked')].map(box => box.value);
                const list = inOrder(on, value || [], enums[type]);
                return list.length ? list : undefined;
            },
            say: list => (list || []).map(one => valueName(type, one)).join(', '),
        };
    }
    if (enums[type]) {
        const box = enumSelect(id, type, value, flags.must);
        return { path, name, node: field(box), read: () => box.value || undefined, say: one => (one ? valueName(type, one) : '') };
    }
    if (type === 'bool') {
        const box = el('input', { id, type: 'checkbox', checked: Boolean(value) });
        return {
            path,
            name,
            node: el('label', { class: 'tick', for: id }, box, ' ', name),
            read: () => box.checked || undefined,
            say: one => t(one ? 'yes' : 'no'),
        };
    }
    if (flags.many) {
        const box = el('textarea', { id, rows: Math.max(2, (value || []).length) }, (value || []).join('\n'));
        return {
            path,
            name,
            node: field([box, el('small', {}, t('listSay'))]),
            read: () => {
                const list = box.value
                    .split('\n')
                    .map(one => one.trim())
                    .filter(Boolean);
                return list.length ? list : undefined;
            },
            say: list => (list || []).join(', '),
        };
    }
    if (numeric.test(type)) {
        const box = el('input', { id, type: 'text', inputmode: 'decimal', autocomplete: 'off', value: asText(value, flags, path.at(-1)) });
        const read = () => (box.value.trim() && typedNumber(box, flags.decimals)) || undefined; // proto3: zero is not written
        return { path, name, node: field(box), read, say: one => withUnit(one, flags, path.at(-1)) };
    }
    if (path[0] === 'village' && places.length) {
        const box = el(
            'select',
            { id },
            el('option', { value: '' }, '–'),
            places.map(([code, text]) => el('option', { value: code, selected: code === value }, text)),
        );
        return {
            path,
            name,
            node: field(box),
            read: () => box.value || undefined,
            say: one => places.find(([code]) => code === one)?.[1] || one || '',
        };
    }
    const box = el('input', {
        id,
        type: 'text',
        value: flags.date ? day(value) : (value ?? ''),
        required: Boolean(flags.must),
        autocomplete: 'off',
    });
    const read = () => {
        const typed = box.value.trim();
        if (!flags.date || !typed) return typed || undefined;
        if (!parseDay(typed)) throw new Wrong(t('notADate'), box);
        return parseDay(typed);
    };
    return { path, name, node: field(box), read, say: one => (flags.date ? day(one) : one || '') };
}

function messageFields(type, value, path, places) {
    const nodes = [],
        fields = [];
    for (const [key, rule] of Object.entries(messages[type] || {})) {
        const at = [...path, key];
        const many = rule[3]?.many;
        if (messages[rule[2]]) {
            if (many) continue;
            const inner = messageFields(rule[2], value?.[key] || {}, at, places);
            nodes.push(el('fieldset', { class: 'inner' }, el('legend', {}, pick(rule)), inner.nodes));
            fields.push(...inner.fields);
        } else {
            const field = fieldOf(at, rule, value?.[key], places);
            nodes.push(field.node);
            fields.push(field);
        }
    }
    return { nodes, fields };
}

const at = (object, path) => path.reduce((inner, key) => inner?.[key], object);

function set(object, path, value) {
    const [last, ...rest] = [...path].reverse();
    const inner = rest.reverse().reduce((here, key) => (here[key] ??= {}), object);
    if (value === undefined) delete inner[last];
    else inner[last] = value;
}

// The same for a person: 5, "5" and a list of the same in whatever order.
const plain = value => JSON.stringify(value === undefined ? null : Array.isArray(value) ? [...value].sort() : String(value));
const same = (one, other) => plain(one) === plain(other);

const attempt = read => {
    try {
        return read();
    } catch {
        return undefined;
    }
};

// The form of an event: nodes, and read() → {event, changes: [[name, before, after]]}.
export function eventForm(event, places) {
    const body = bodyOf(event);
    const outer = envelope.map(key => fieldOf([key], messages.Event[key], event[key], places));
    const inner = body ? messageFields(events[body].type, event[body], [body], []) : { nodes: [], fields: [] };
    const fields = [...outer, ...inner.fields];
    const untouched = fields.map(field => attempt(field.read)); // a box may not hold to the letter what it was given
    return {
        nodes: [
            el(
                'div',
                { class: 'fields' },
                outer.map(field => field.node),
                inner.nodes,
            ),
        ],
        read() {
            const next = structuredClone(event);
            const changes = [];
            for (const [index, field] of fields.entries()) {
                const before = at(event, field.path);
                const after = field.read();
                if (same(untouched[index], after)) continue;
                set(next, field.path, after);
                changes.push([field.name, field.say(before), field.say(after)]);
            }
            return { event: next, changes };
        },
    };
}

// What an event says, in words: [[name, value, its path in the event]].
export function eventSays(event) {
    const said = [];
    const walk = (type, value, path) => {
        for (const [key, rule] of Object.entries(messages[type] || {})) {
            const one = value?.[key];
            if (one === undefined) continue;
            if (messages[rule[2]] && !rule[3]?.many) walk(rule[2], one, `${path}.${key}`);
            else if (!messages[rule[2]])
                said.push([
                    pick(rule),
                    [one]
                        .flat()
                        .map(each =>
                            enums[rule[2]]
                                ? valueName(rule[2], each)
                                : rule[3]?.date
                                  ? day(each)
                                  : numeric.test(rule[2])
                                    ? withUnit(each, rule[3], key)
                                    : typeof each === 'boolean'
                                      ? t(each ? 'yes' : 'no')
                                      : String(each),
                        )
                        .join(', '),
                    `${path}.${key}`,
                ]);
        }
    };
    const body = bodyOf(event);
    if (body) walk(events[body].type, event[body], body);
    return said;
}

// session_held, or an enum's value, in the reader's words.
export const typeName = type => pick(events[String(type).replace(/_(\w)/g, (_, c) => c.toUpperCase())]?.label) || type;
export const valueOf = (type, value) => (typeof value === 'string' ? valueName(type, value) : label(value));

export const envelopeName = key => pick(messages.Event[key]);
export const serviceOf = event => events[bodyOf(event)]?.service;
export const kindOf = event => pick(events[bodyOf(event)]?.label);
