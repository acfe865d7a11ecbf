// SPDX-License-Identifier: Apache-2.0
// Periods of both calendars: 2022-04, 2022-Q2, 2022-H1, 2022-9M, 2022. An official window ends on the 14th of its last month
// (Decree 09/2019/NĐ-CP, article 12). Only whole days, no clock of the browser.
import { t } from './words.js';

export const spans = ['MONTH', 'QUARTER', 'HALF', 'NINE_MONTHS', 'YEAR'];
const months = { MONTH: 1, QUARTER: 3, HALF: 6, NINE_MONTHS: 9, YEAR: 12 };
const marks = { QUARTER: 'Q', HALF: 'H' };

export function parse(text) {
    const found = /^(\d{4})(?:-(?:(\d\d)|Q([1-4])|H([12])|(9M)))?$/.exec(text || '');
    if (!found) return null;
    const [, year, month, quarter, half, nine] = found;
    if (month && (month < 1 || month > 12)) return null;
    return {
        span: month ? 'MONTH' : quarter ? 'QUARTER' : half ? 'HALF' : nine ? 'NINE_MONTHS' : 'YEAR',
        year: Number(year),
        n: Number(month || quarter || half || 1),
    };
}

export function code({ span, year, n }) {
    if (span === 'YEAR') return String(year);
    if (span === 'NINE_MONTHS') return `${year}-9M`;
    return `${year}-${span === 'MONTH' ? String(n).padStart(2, '0') : marks[span] + n}`;
}

// In a year.
export const count = span => Math.floor(12 / months[span]);

export function step(period, by) {
    const all = period.year * count(period.span) + period.n - 1 + by;
    return { span: period.span, year: Math.floor(all / count(period.span)), n: (all % count(period.span)) + 1 };
}

// The period of that span in which a day lies; of nine months those of the year, also when they are over.
export function containing(day, span, calendar) {
    let [year, month] = day.split('-').map(Number);
    if (calendar === 'official' && Number(day.slice(8, 10)) >= 15 && ++month > 12) {
        month = 1;
        ++year;
    }
    return { span, year, n: Math.min(count(span), Math.ceil(month / months[span])) };
}

// The same stretch of time in another span: the last part of it, or what it lies in.
export function toSpan(period, span) {
    return { span, year: period.year, n: Math.min(count(span), Math.ceil((period.n * months[period.span]) / months[span])) };
}

const dayText = date => date.toISOString().slice(0, 10);

export function bounds(period, calendar) {
    const last = period.n * months[period.span];
    const first = last - months[period.span];
    const at = (month, day) => dayText(new Date(Date.UTC(period.year, month, day)));
    return calendar === 'official' ? { from: at(first - 1, 15), to: at(last - 1, 14) } : { from: at(first, 1), to: at(last, 0) };
}

// How much of the window is over on a day, 0 to 1.
export function elapsed({ from, to }, today) {
    const number = day => Date.parse(`${day}T00:00:00Z`) / 86400000;
    return Math.min(1, Math.max(0, (number(today) - number(from) + 1) / (number(to) - number(from) + 1)));
}

// As it stands inside a sentence.
export const inner = period => name(period).replace(/^./, first => first.toLowerCase());

export function name(period) {
    const p = typeof period === 'string' ? parse(period) : period;
    if (!p) return String(period);
    if (p.span === 'QUARTER') return t('quarterName', ['I', 'II', 'III', 'IV'][p.n - 1], p.year);
    if (p.span === 'HALF') return t(p.n === 1 ? 'half1Name' : 'half2Name', p.year);
    if (p.span === 'NINE_MONTHS') return t('nineMonthsName', p.year);
    return p.span === 'YEAR' ? t('yearName', p.year) : t('monthName', p.n, p.year);
}
