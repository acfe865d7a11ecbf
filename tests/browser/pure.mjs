// SPDX-License-Identifier: Apache-2.0
// What of the page needs no browser: windows of periods, numbers as they are written and typed, and that every text is there.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import test from 'node:test';
import { World } from './world.mjs';

// A copy of the page beside a package.json that says what its modules are, for older Node.
const page = new URL('page/', `file://${process.env.BROWSER_WORK}/`);
const { amount, inTongue, instant, parseDay, parseNumber, parseScaled, split, valueText } = await import(new URL('format.js', page));
const { adds, addsOf, rateSays } = await import(new URL('formula.js', page));
const { bounds, code, containing, parse, step, toSpan } = await import(new URL('period.js', page));
const { href, read } = await import(new URL('state.js', page));
const { serviceName } = await import(new URL('names.js', page));
const { messages } = await import(new URL('schema.js', page));
const { groupName, has, hasUnit, setLang } = await import(new URL('words.js', page));

test('official windows run from the 15th to the 14th, calendar ones from the 1st', () => {
    const window = (text, calendar) => Object.values(bounds(parse(text), calendar)).join(' ');
    assert.equal(window('2022-01', 'official'), '2021-12-15 2022-01-14');
    assert.equal(window('2022-Q2', 'official'), '2022-03-15 2022-06-14');
    assert.equal(window('2022-H2', 'official'), '2022-06-15 2022-12-14');
    assert.equal(window('2022', 'official'), '2021-12-15 2022-12-14');
    assert.equal(window('2022-9M', 'official'), '2021-12-15 2022-09-14');
    assert.equal(window('2022-9M', 'calendar'), '2022-01-01 2022-09-30');
    assert.equal(window('2024-02', 'calendar'), '2024-02-01 2024-02-29');
});
test('a day lies in the official period that its 15th begins', () => {
    const of = (day, span, calendar = 'official') => code(containing(day, span, calendar));
    assert.equal(of('2022-03-15', 'MONTH'), '2022-04');
    assert.equal(of('2022-03-14', 'QUARTER'), '2022-Q1');
    assert.equal(of('2022-03-15', 'QUARTER'), '2022-Q2');
    assert.equal(of('2022-12-15', 'YEAR'), '2023');
    assert.equal(of('2022-12-15', 'YEAR', 'calendar'), '2022');
    assert.equal(of('2022-11-20', 'NINE_MONTHS'), '2022-9M');
});
test('periods step over years, and change their span to the last part or what they lie in', () => {
    assert.equal(code(step(parse('2022-01'), -1)), '2021-12');
    assert.equal(code(step(parse('2022-H2'), 1)), '2023-H1');
    assert.equal(code(toSpan(parse('2022'), 'MONTH')), '2022-12');
    assert.equal(code(toSpan(parse('2022-04'), 'QUARTER')), '2022-Q2');
    for (const text of ['2022-12', '2022-Q4', '2022-H2', '2022']) assert.equal(code(toSpan(parse(text), 'NINE_MONTHS')), '2022-9M');
    assert.equal(code(toSpan(parse('2022-9M'), 'QUARTER')), '2022-Q3');
    assert.equal(code(step(parse('2022-9M'), 1)), '2023-9M');
    for (const wrong of ['', '2022-13', '2022-00', '2022-Q5', '2022-6M', '22', '2022-04-01', '<b>']) assert.equal(parse(wrong), null);
});
test('numbers are written and read as in each language', () => {
    setLang('vi');
    assert.equal(inTongue({ vi: '12345,67 (1234/5000)', en: '12345.67 (1234/5000)' }), '12.345,67 (1.234/5.000)');
    assert.equal(inTongue({ vi: '1.234', en: '1,234' }), '1.234');
    assert.equal(inTongue('61.0 %'), '61,0 %');
    assert.equal(parseNumber('1.234,5'), 1234.5);
    assert.ok(Number.isNaN(parseNumber('1,234.5')) && Number.isNaN(parseNumber('12.34')) && Number.isNaN(parseNumber('')));
    setLang('en');
    assert.equal(inTongue({ vi: '12345,67', en: '12345.67' }), '12,345.67');
    assert.equal(parseNumber('1,234.5'), 1234.5);
    setLang('vi');
});
test('a number is kept to its last decimal as it was typed, never rounded', () => {
    setLang('vi');
    assert.deepEqual(['12,35', '1.500', '1 500', '12,3', '0,29'].map(text => parseScaled(text, 2)), [1235, 150000, 150000, 1230, 29]);
    assert.deepEqual(['12,345', '12,340'].map(text => parseScaled(text, 2)), [null, null]);
    assert.deepEqual(['12,5', '1.234'].map(text => parseScaled(text, 0)), [null, 1234]);
    for (const wrong of ['', 'x', '12.34', '9'.repeat(20)]) assert.ok(Number.isNaN(parseScaled(wrong, 2)), wrong);
    setLang('en');
    assert.deepEqual(['12.35', '1,500', '1.500'].map(text => parseScaled(text, 2)), [1235, 150000, null]);
    setLang('vi');
});
test('a rate is told apart from what it is made of, and what is no number is a word', () => {
    assert.deepEqual(split({ status: 'OK', text: { vi: '10,71 (3/28)', en: '10.71 (3/28)' } }), { main: '10,71', rest: '3/28' });
    assert.equal(valueText({ status: 'SUPPRESSED', text: { vi: 'ẩn vì số nhỏ', en: 'suppressed' } }), 'ẩn vì số nhỏ');
    assert.equal(valueText({ status: 'NOT_REPORTED', text: { vi: '–', en: '–' } }), 'chưa báo tin');
    assert.equal(valueText(null), 'chưa báo tin');
    assert.equal(amount({ status: 'OK', number: '3', denominator: '4' }, { measure: 'RATIO' }), 75);
    assert.equal(amount({ status: 'SUPPRESSED' }, { measure: 'NUMBER' }), null);
    assert.equal(amount({ status: 'OK', number: 0 }, { measure: 'NUMBER' }), 0);
});
test('days and instants are Vietnamese, whatever clock the browser has', () => {
    assert.equal(parseDay('3/4/2022'), '2022-04-03');
    assert.equal(parseDay('31/02/2022'), '');
    assert.equal(instant(1655712000), '15:00 20/06/2022');
    assert.equal(instant('2022-06-20T23:30:00+07:00'), '23:30 20/06/2022');
});
test('groups and services are called as in the files', () => {
    const files = readFileSync(new URL('../../gateway/serve/labels.cpp', import.meta.url), 'utf8');
    const all = [...files.matchAll(/Named\{"(\w+)", "([^"]+)", "([^"]+)"\}/g)];
    assert.ok(all.length > 20);
    for (const [tongue, at] of [['en', 3], ['vi', 2]]) {
        setLang(tongue);
        for (const one of all) assert.equal(/^[A-Z]+$/.test(one[1]) ? groupName(one[1]) : serviceName(one[1]), one[at]);
    }
});
test('every unit of a field has a name in both languages', () => {
    const units = Object.values(messages)
        .flatMap(fields => Object.values(fields))
        .map(([, , , flags]) => flags?.unit)
        .filter(Boolean);
    assert.ok(units.length > 10);
    for (const unit of units) assert.ok(hasUnit(unit), unit);
});
test('of every rate it is said in words what its two numbers count', () => {
    const definitions = new Map(new World().definitions.map(one => [one.code, one]));
    const base = definitions.get('POV-03').definition;
    const rates = [...definitions.values()].filter(one => ['RATIO', 'CHANGE'].includes(one.measure));
    assert.ok(rates.length > 10);
    for (const rate of rates) {
        const says = rateSays(rate, definitions, base);
        for (const text of [says?.of, says?.per]) assert.ok(text && !/[A-Z]{3}[-.]|undefined/.test(text), `${rate.code}: ${text}`);
    }
    assert.deepEqual(rateSays(definitions.get('COM-04'), definitions), {
        of: 'Số thôn, làng mà “Số buổi tuyên truyền” lớn hơn 0',
        per: 'Tổng số thôn, làng',
    });
    assert.equal(rateSays(definitions.get('POV-05'), definitions).of, 'Số hộ nghèo (hộ dân tộc thiểu số)');
});
test('what one event adds is told where it follows from the event, and makes the number', () => {
    const definitions = new Map(new World().definitions.map(one => [one.code, one]));
    const held = total => ({ type: 'session_held', event: { sessionHeld: { audience: { total } } } });
    const people = definitions.get('COM-02');
    const data = number => ({ value: { status: 'OK', number }, events: [held(47), held(33)] });
    assert.equal(adds(definitions.get('COM-01'), held(47)), 1);
    assert.deepEqual(addsOf(people, data('80'), true), [47, 33]);
    assert.equal(addsOf(people, data('81'), true), null); // it is made otherwise: nothing is said
    assert.deepEqual(addsOf(people, data('999'), false), [47, 33]);
    const aired = { type: 'broadcast_aired', event: { broadcastAired: { durationSeconds: 90, times: 4 } } };
    assert.equal(adds(definitions.get('COM-07'), aired), 6);
    const support = { type: 'household_supported', event: { householdSupported: {} } };
    assert.equal(adds(definitions.get('SUP-01'), support), null); // different households
});
test('an address is read back as it was written, and nonsense in it is left out', () => {
    const state = read('#/table?period=2022-Q2&area=23656&sort=-COM-01&evil=1');
    assert.equal(href(state), '#/table?period=2022-Q2&area=23656&sort=-COM-01');
    assert.equal(read('#/<script>').view, 'overview');
});
test('every text that the page asks for is there in both languages, and none is left over', () => {
    const source = readdirSync(page)
        .filter(name => name.endsWith('.js') && name !== 'words.js' && name !== 'schema.js')
        .map(name => readFileSync(new URL(name, page), 'utf8'))
        .join('\n');
    for (const [, key] of source.matchAll(/\bt\('([\w-]+)'/g)) assert.ok(has(key), `no text for ${key}`);
    const words = readFileSync(new URL('words.js', page), 'utf8');
    const keys = [...words.slice(words.indexOf('const texts'), words.indexOf('const groups')).matchAll(/^ {4}'?([\w-]+)'?: \[/gm)].map(
        found => found[1],
    );
    assert.ok(keys.length > 150);
    const statuses =
        /^(NOT_REPORTED|SUPPRESSED|NO_VALUE|NUMBER|MEDIAN|RATIO|STOCK|CHANGE|STORED|DUPLICATE|REFUSED|p\d+|MONTH|live|polling|idle)$/;
    assert.deepEqual(
        keys.filter(
            key => !statuses.test(key) && !source.includes(`'${key}'`) && !new RegExp(`\\b${key}: async|\\b${key}: \\(\\) =>`).test(source),
        ),
        [],
    );
});
