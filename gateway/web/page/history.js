// SPDX-License-Identifier: Apache-2.0
// One indicator over periods: a line, broken where there is no value, and the same numbers as a table.
import { get } from './api.js';
import { el } from './dom.js';
import { amount, day, label, number } from './format.js';
import { areaOf, crumbs, flags, heading, indicatorPicker, placeName, plainTable, shownValue, standardNote, th, unitOf } from './parts.js';
import { bounds, code as codeOf, containing, count, name as periodName, parse, spans, toSpan } from './period.js';
import { linkTo } from './state.js';
import { t } from './words.js';

const lengths = { MONTH: 12, QUARTER: 8, HALF: 6, NINE_MONTHS: 6, YEAR: 6 };

export async function load(ctx) {
    // A code of today's map may have been another place's: the line is of the whole.
    const mapped = Boolean(ctx.state.map);
    if (mapped) ctx.state = { ...ctx.state, map: '', area: '' };
    const code = ctx.state.indicator || ctx.definitions.keys().next().value;
    ctx.state.indicator = code;
    const definition = ctx.definitions.get(code);
    const offered = spans.filter(span => !definition || definition.spans.includes(span));
    const span = offered.includes(ctx.state.span) ? ctx.state.span : offered[0];
    let last = toSpan(parse(ctx.state.period), span);
    if (bounds(last, ctx.state.calendar).from > ctx.me.today) last = containing(ctx.me.today, span, ctx.state.calendar);
    const until = codeOf(last);
    const data = await get('history', {
        indicator: code,
        area: areaOf(ctx),
        calendar: ctx.state.calendar,
        span,
        until,
        count: lengths[span],
    });
    return { points: data.points, definition, span, offered, mapped };
}

// Round numbers from nothing (or below) to the top.
function scale(values) {
    const top = Math.max(...values, 0);
    const low = Math.min(...values, 0);
    const rough = (top - low || 1) / 4;
    const power = 10 ** Math.floor(Math.log10(rough));
    const by = [1, 2, 5, 10].map(n => n * power).find(n => n >= rough);
    const ticks = [];
    for (let tick = Math.floor(low / by) * by; tick <= top + by * 0.999; tick += by) ticks.push(Number(tick.toPrecision(10)));
    return ticks;
}

// At which points another poverty standard holds than at the one before: that is no change of the rate. A figure of nothing, or one that is
// hidden, knows none: the latest that was known holds on.
function standardBreaks(points) {
    let known = '';
    return points.map(point => {
        const own = (point.value?.standards || []).join();
        const breaks = own !== '' && known !== '' && own !== known;
        known = own || known;
        return breaks;
    });
}

const shortName = period =>
    period.span === 'MONTH'
        ? `${period.n}/${String(period.year).slice(2)}`
        : count(period.span) === 1
          ? String(period.year)
          : `${period.span === 'QUARTER' ? ['I', 'II', 'III', 'IV'][period.n - 1] : period.n}/${String(period.year).slice(2)}`;

function chart(ctx, points, definition, title) {
    const values = points.map(point => amount(point.value, definition));
    const there = values.filter(value => value !== null);
    if (!there.length) return el('p', { class: 'hint', 'data-key': 'chart' }, t('noPoints'));
    const width = Math.max(300, Math.min(960, document.getElementById('main').clientWidth || 720));
    const [height, left, right, top, bottom] = [260, 56, 24, 18, 34];
    const ticks = scale(there);
    const [low, high] = [ticks[0], ticks[ticks.length - 1]];
    const x = at => left + (points.length < 2 ? 0.5 : at / (points.length - 1)) * (width - left - right);
    const y = value => top + (1 - (value - low) / (high - low || 1)) * (height - top - bottom);
    const breaks = standardBreaks(points);
    const runs = [];
    values.forEach((value, at) => {
        if (value === null) return;
        if (at === 0 || values[at - 1] === null || breaks[at]) runs.push([]);
        runs[runs.length - 1].push(`${x(at).toFixed(1)},${y(value).toFixed(1)}`);
    });
    const every = Math.ceil(points.length / ((width - left) / 46));
    return el(
        'svg',
        {
            class: 'chart',
            viewBox: `0 0 ${width} ${height}`,
            role: 'img',
            'aria-label': t('chartSays', title, periodName(points[0].period), periodName(points[points.length - 1].period)),
            'data-key': 'chart',
        },
        ticks.map(tick => [
            el('line', { class: 'grid', x1: left, x2: width - right, y1: y(tick), y2: y(tick) }),
            el('text', { class: 'axis end', x: left - 8, y: y(tick) + 4 }, number(tick)),
        ]),
        points.map((point, at) =>
            (points.length - 1 - at) % every
                ? null
                : el('text', { class: 'axis mid', x: x(at), y: height - 12 }, shortName(parse(point.period))),
        ),
        runs.map(run => (run.length > 1 ? el('polyline', { class: 'line', points: run.join(' ') }) : null)),
        values.map((value, at) => (value === null ? null : el('circle', { class: 'dot', cx: x(at), cy: y(value), r: 4 }))),
    );
}

export function render(ctx, data) {
    const { points, definition, span, offered } = data;
    const title = t('historyOf', definition ? label(definition.label) : ctx.state.indicator);
    const there = points.filter(point => amount(point.value, definition) !== null);
    const rows = [...points].reverse().map(point => {
        const at = { ...ctx, state: { ...ctx.state, period: point.period } };
        return el(
            'tr',
            { 'data-key': point.period },
            th(periodName(point.period), 'row'),
            el('td', { class: 'quiet' }, `${day(point.from)} – ${day(point.to)}`),
            el(
                'td',
                { class: 'n' },
                shownValue(at, point.value, definition, areaOf(ctx)),
                standardNote([point.value], definition),
                flags({ text: point.value?.text, filed: point.value?.filed }),
            ),
        );
    });
    return [
        crumbs(ctx),
        ...heading(ctx, `${title}: ${placeName(ctx, areaOf(ctx))}`),
        indicatorPicker(ctx),
        data.mapped ? el('p', { class: 'hint', 'data-key': 'mapped' }, t('historyMap')) : null,
        el(
            'nav',
            { class: 'tabs', 'aria-label': t('span'), 'data-key': 'spans' },
            offered.map(one =>
                el('a', { href: linkTo(ctx.state, { span: one }), 'aria-current': one === span ? 'true' : null, 'data-key': one }, t(one)),
            ),
        ),
        el('p', { class: 'unitline', 'data-key': 'unit' }, unitOf(definition)),
        chart(ctx, points, definition, title),
        standardBreaks(there).some(Boolean) ? el('p', { class: 'hint', 'data-key': 'standards' }, t('standardBreak')) : null,
        plainTable(title, [t('periodHead'), t('windowHead'), `>${t('value')} (${unitOf(definition)})`], rows, 'points'),
    ];
}
