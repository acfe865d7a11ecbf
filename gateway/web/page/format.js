// SPDX-License-Identifier: Apache-2.0
// Numbers, days and values as a person reads them. The gateway's text is the number; here it only gets the reader's commas.
import { lang, t } from './words.js';

// 1234.5 is 1.234,5 in Vietnamese and 1,234.5 in English.
function punctuated(text) {
    return text.replace(/\d+(?:[.,]\d+)*/g, token => {
        if (!/^\d+(\.\d+)?$/.test(token)) return token;
        const [whole, part] = token.split('.');
        const grouped = whole.replace(/\B(?=(\d{3})+$)/g, lang() === 'vi' ? '.' : ',');
        return part === undefined ? grouped : grouped + (lang() === 'vi' ? ',' : '.') + part;
    });
}

// A text in the reader's language. When both languages have the same digits, but for the decimal comma, the numbers are as a
// machine writes them and get their thousands marked.
export function inTongue(text) {
    if (text === null || text === undefined) return '';
    if (typeof text !== 'object') return punctuated(String(text));
    const [vi, en] = [String(text.vi ?? ''), String(text.en ?? '')];
    return vi.replaceAll(',', '.') === en ? punctuated(en) : lang() === 'vi' ? vi : en || vi;
}

// A label: never a number.
export const label = text => (text && typeof text === 'object' ? String(text[lang()] || text.vi || text.en || '') : String(text ?? ''));
export const number = value => punctuated(String(value));

// Not reported, suppressed and no value are words, never zeros.
export function valueText(value) {
    if (!value) return t('NOT_REPORTED');
    if (value.status === 'OK') return inTongue(value.text);
    const said = value.status === 'SUPPRESSED' ? label(value.text) : '';
    return said.length > 1 ? said : t(value.status);
}

// A rate is told with what it is made of: 33.55 (104/310) is 33,55 and 104/310.
export function split(value) {
    const text = valueText(value);
    const found = /^(\S+) \((.+)\)$/.exec(text);
    return value?.status === 'OK' && found ? { main: found[1], rest: found[2] } : { main: text, rest: '' };
}

// What a value weighs, to sort and to draw; null when there is none.
export function amount(value, definition) {
    if (!value || value.status !== 'OK') return null;
    const [n, d, sn, sd] = [value.number, value.denominator, value.startNumber, value.startDenominator].map(Number);
    if (definition?.measure === 'RATIO') return d > 0 ? (n / d) * 100 : null;
    if (definition?.measure === 'CHANGE') return d > 0 && sd > 0 ? (sn / sd - n / d) * 100 : null;
    if (definition?.measure === 'MEDIAN') return value.median === undefined ? null : Number(value.median);
    return Number.isFinite(n) ? n / (Number(definition?.divideBy) || 1) : null;
}

export const day = text =>
    /^\d{4}-\d\d-\d\d/.test(text || '') ? `${text.slice(8, 10)}/${text.slice(5, 7)}/${text.slice(0, 4)}` : String(text ?? '');

// The day in Viet Nam by the clock of the reader's machine.
export const ownDay = () => new Date(Date.now() + 7 * 3600 * 1000).toISOString().slice(0, 10);

// Without marks and case, to find what is typed without them: “xa dong” is in “Xã Đông”.
export const bare = text =>
    text
        .normalize('NFD')
        .replace(/[\u0300-\u036f]/g, '')
        .toLowerCase()
        .replaceAll('đ', 'd');

// What a person typed, as 2022-03-20; empty when it is no day.
export function parseDay(text) {
    const found = /^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})$/.exec(text.trim());
    if (!found) return '';
    const iso = `${found[3]}-${found[2].padStart(2, '0')}-${found[1].padStart(2, '0')}`;
    const date = new Date(`${iso}T00:00:00Z`);
    return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(iso) ? iso : '';
}

// Seconds since 1970, or an ISO instant, in UTC+7.
export function instant(value) {
    if (value === undefined || value === null || value === '') return '';
    const seconds = /^\d+$/.test(String(value)) ? Number(value) : Date.parse(value) / 1000;
    if (!Number.isFinite(seconds)) return String(value);
    const date = new Date((seconds + 7 * 3600) * 1000);
    if (Number.isNaN(date.getTime())) return String(value);
    const text = date.toISOString();
    return `${text.slice(11, 16)} ${day(text)}`;
}

const signs = () => (lang() === 'vi' ? ['.', ','] : [',', '.']);
const unspaced = text => text.replace(/\s/g, '');

// What a person typed: 1.234,5 and 1234,5 in Vietnamese, 1,234.5 in English; NaN when it is no number.
export function parseNumber(text) {
    const [group, comma] = signs();
    const plain = unspaced(text);
    const shape = new RegExp(`^(\\d+|\\d{1,3}(\\${group}\\d{3})+)(\\${comma}\\d+)?$`);
    return shape.test(plain) ? Number(plain.replaceAll(group, '').replace(comma, '.')) : NaN;
}

// The same as it is kept, a whole number of its last decimal: with two of them 12,35 is 1235. NaN when it is no number, null when more
// decimals were typed, which would have to be rounded.
export function parseScaled(text, decimals) {
    const typed = parseNumber(text);
    const [, behind = ''] = unspaced(text).split(signs()[1]);
    if (!Number.isNaN(typed) && behind.length > decimals) return null;
    const scaled = Math.round(typed * 10 ** decimals);
    return Number.isSafeInteger(scaled) ? scaled : NaN;
}
