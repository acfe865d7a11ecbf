// SPDX-License-Identifier: Apache-2.0
// What the exact definition of an indicator (protobuf text) says to a reader: which fields of an event it adds up, how much one
// event adds, and what the two numbers of a rate count.
import { label } from './format.js';
import { countedName } from './names.js';
import { t } from './words.js';

// Every field as a list of its values: texts, or messages.
export function readText(text) {
    const tokens = String(text || '').match(/"(?:[^"\\]|\\.)*"|[-\w.]+|[{}[\]]/g) || [];
    let at = 0;
    const value = () => {
        const token = tokens[at++] ?? '';
        return token === '{' ? message() : token.replace(/^"|"$/g, '');
    };
    function message() {
        const made = Object.create(null);
        while (at < tokens.length && tokens[at] !== '}') {
            const values = (made[tokens[at++]] ??= []);
            if (tokens[at] !== '[') {
                values.push(value());
                continue;
            }
            for (++at; at < tokens.length && tokens[at] !== ']'; ) values.push(value());
            ++at;
        }
        ++at;
        return made;
    }
    return message();
}

const camel = name => name.replace(/_([a-z0-9])/g, (_, c) => c.toUpperCase());
const sourcesOf = (definition, type) => (readText(definition.definition).source || []).filter(source => source.event?.[0] === type);

// session_held.audience.total is sessionHeld.audience.total in an event.
export const countedFields = (definition, type) =>
    new Set(sourcesOf(definition, type).flatMap(source => [...(source.plus || []), ...(source.times || [])].map(camel)));

const plain = new Set(['event', 'where', 'plus', 'times']);

// What one event adds, in the indicator's unit; null where that does not follow from the event alone.
export function adds(definition, { type, event }) {
    if (definition.measure !== 'NUMBER' || definition.counting !== 'EACH') return null;
    const sources = sourcesOf(definition, type);
    if (sources.length !== 1 || Object.keys(sources[0]).some(key => !plain.has(key))) return null;
    const of = path => Number(camel(path).split('.').reduce((inner, key) => inner?.[key], event) ?? 0);
    const { plus = [], times = [] } = sources[0];
    const sum = plus.length ? plus.reduce((all, path) => all + of(path), 0) : 1;
    return times.reduce((all, path) => all * of(path), sum) / (Number(definition.divideBy) || 1);
}

// What each of the events adds, in their order; null when it does not make the number. A page of many cannot be put to that test.
export function addsOf(definition, data, isWhole) {
    const each = data.events.map(event => adds(definition, event));
    if (each.includes(null)) return null;
    if (data.eventsWithheld) return null;
    if (!isWhole) return data.events.some(event => event.hidden) ? null : each;
    const sum = each.reduce((all, one) => all + one, 0);
    const made = Number(data.value?.number ?? 0) / (Number(definition.divideBy) || 1);
    return data.value?.status === 'OK' && Math.abs(sum - made) < 1e-6 * Math.max(1, made) ? each : null;
}

// POV-02/minority/minority is a part of an indicator. One that is only there to be computed from has a name of its own.
function named(definitions, reference) {
    const [code, cut, value] = reference.split('/');
    const definition = definitions.get(code);
    const own = definition ? label(definition.label) : countedName(code);
    const part = definition?.cuts?.find(one => one.name === cut)?.values?.find(one => one.value === value);
    return part ? `${own} (${label(part.label).toLowerCase()})` : own;
}

// What numerator and denominator count: {of, per}, or null. `base` is the text of the rate whose change this is.
export function rateSays(definition, definitions, base) {
    const { ratio, coverage, targets, change } = readText(definition.definition);
    const name = reference => named(definitions, reference);
    if (change && base) {
        const says = rateSays({ definition: base }, definitions);
        return says && { of: t('atEnd', says.of), per: t('atEnd', says.per) };
    }
    if (ratio) {
        const { of, per, per_village, per_at_start } = ratio[0];
        const below = per_village ? t('everyVillage') : per ? name(per[0]) : '';
        return { of: name(of[0]), per: per_at_start ? t('atStart', below) : below };
    }
    if (coverage) {
        const communes = Boolean(coverage[0].communes);
        return { of: t(communes ? 'communesWith' : 'villagesWith', name(coverage[0].of[0])), per: t(communes ? 'everyCommune' : 'everyVillage') };
    }
    const { view, of } = targets?.[0] || {};
    if (view?.[0] === 'ACHIEVEMENT') return { of: t('targetsMet'), per: t('targetsAssigned') };
    if (view?.[0] === 'VILLAGES_MEETING') return { of: t('villagesMeeting', name(of[0])), per: t('villagesAssigned') };
    if (view?.[0] === 'VILLAGES_STEERED') return { of: t('villagesSteered'), per: t('everyVillage') };
    return null;
}
