// SPDX-License-Identifier: Apache-2.0
// Writes page/schema.js, the words for events that an officer's form needs, from the contract: proto/chieng/v1 is the only list.
//   node gateway/web/make_schema.mjs           writes it
//   node gateway/web/make_schema.mjs --check   ends with 1 when it is not what the contract says
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';

const root = new URL('../../', import.meta.url);
const folder = new URL('proto/chieng/v1/', root);
const target = new URL('gateway/web/page/schema.js', root);

// Statements of one level: text up to ; or a block.
function statements(text) {
    const found = [];
    let from = 0,
        depth = 0,
        quoted = false,
        block = -1;
    for (let at = 0; at < text.length; ++at) {
        const c = text[at];
        if (c === '"' && text[at - 1] !== '\\') quoted = !quoted;
        if (quoted) continue;
        if (c === '[') ++depth;
        if (c === ']') --depth;
        if (c === '{') {
            if (depth === 0 && !/=\s*$/.test(text.slice(from, at))) block = at;
            ++depth;
        }
        if (c === '}' && --depth === 0 && block >= 0) {
            found.push({ head: text.slice(from, block).trim(), body: text.slice(block + 1, at) });
            from = at + 1;
            block = -1;
        }
        if (c === ';' && depth === 0) {
            found.push({ head: text.slice(from, at).trim() });
            from = at + 1;
        }
    }
    return found;
}

const between = (text, pattern) => pattern.exec(text)?.[1] ?? '';
const labelIn = text => [between(text, /vi: "([^"]*)"/), between(text, /en: "([^"]*)"/)];
const camel = name => name.replace(/_([a-z0-9])/g, (_, c) => c.toUpperCase());

const messages = {},
    enums = {},
    events = {};

function readEnum(name, body) {
    enums[name] = {};
    for (const { head } of statements(body)) {
        const value = /^([A-Z][A-Z0-9_]*) = \d+\s*\[\(value\)/.exec(head);
        if (value) enums[name][value[1]] = labelIn(head);
    }
}

function readMessage(name, body) {
    const fields = {};
    for (const { head, body: inner } of statements(body)) {
        const nested = /^(enum|message) (\w+)$/.exec(head);
        if (nested) (nested[1] === 'enum' ? readEnum : readMessage)(`${name}.${nested[2]}`, inner);
        if (/^option \(event\)/.test(head)) messages[`${name}@`] = { service: between(head, /service: "(\w+)"/), label: labelIn(head) };
        const field = /^(repeated )?([\w.]+) (\w+) = \d+\s*\[\(field\) = ([\s\S]*)\]$/.exec(head);
        if (field) {
            const [, repeated, type, own, rule] = field;
            const flags = {};
            if (repeated) flags.many = 1;
            if (/required: true/.test(rule)) flags.must = 1;
            if (/shape: DATE/.test(rule)) flags.date = 1;
            const decimals = Number(between(rule, /decimals: (\d+)/));
            if (decimals) flags.decimals = decimals;
            const unit = between(rule, /unit: "([^"]*)"/);
            if (unit) flags.unit = unit;
            fields[camel(own)] = [...labelIn(rule), type, ...(Object.keys(flags).length ? [flags] : [])];
        }
        if (name === 'Event' && head === 'oneof body') {
            for (const one of statements(inner)) {
                const [, type, own] = /^(\w+) (\w+) = \d+/.exec(one.head);
                events[camel(own)] = type;
            }
        }
    }
    messages[name] = fields;
}

for (const file of readdirSync(folder)
    .filter(name => name.endsWith('.proto'))
    .sort()) {
    const text = readFileSync(new URL(file, folder), 'utf8').replace(/\/\/[^\n]*/g, '');
    for (const { head, body } of statements(text)) {
        const top = /^(enum|message) (\w+)$/.exec(head);
        if (top) (top[1] === 'enum' ? readEnum : readMessage)(top[2], body);
    }
}

// Only what an event can hold, with types by their full name.
const used = { messages: {}, enums: {} };
function use(name) {
    if (used.messages[name]) return;
    used.messages[name] = {};
    for (const [field, [vi, en, type, flags]] of Object.entries(messages[name] || {})) {
        const full = [`${name}.${type}`, type].find(one => enums[one] || messages[one]) || type;
        if (enums[full]) used.enums[full] = enums[full];
        if (messages[full]) use(full);
        used.messages[name][field] = [vi, en, full, ...(flags ? [flags] : [])];
    }
}
use('Event');
Object.values(events).forEach(use);
const named = Object.fromEntries(Object.entries(events).map(([field, type]) => [field, { type, ...messages[`${type}@`] }]));

const rows = object =>
    Object.entries(object)
        .map(([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value)},`)
        .join('\n');
const made = `// SPDX-License-Identifier: Apache-2.0
// Written by gateway/web/make_schema.mjs from proto/chieng/v1; not by hand. Fetched only when an officer opens a form.
// field: [Vietnamese, English, type, {many, must, date, decimals, unit}]; value of an enum: [Vietnamese, English].
export const events = {
${rows(named)}
};
export const messages = {
${rows(used.messages)}
};
export const enums = {
${rows(used.enums)}
};
`;

if (process.argv.includes('--check')) {
    let now = '';
    try {
        now = readFileSync(target, 'utf8');
    } catch {
        // said below
    }
    if (now !== made) {
        console.error('gateway/web/page/schema.js is not what proto/chieng/v1 says: run node gateway/web/make_schema.mjs');
        process.exit(1);
    }
} else {
    writeFileSync(target, made);
    console.log(`${target.pathname}: ${Buffer.byteLength(made)} bytes, ${Object.keys(named).length} events`);
}
