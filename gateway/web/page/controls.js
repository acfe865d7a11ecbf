// SPDX-License-Identifier: Apache-2.0
// The bar that chooses period, calendar, place and map. It is made once per language and then only brought up to date, so
// that focus never leaves what the reader is using.
import { el } from './dom.js';
import { day, label } from './format.js';
import { code, count, parse, spans, step, toSpan } from './period.js';
import { t } from './words.js';

const field = (id, name, control) => el('p', { class: `field f-${id}` }, el('label', { for: id }, name), control);
const select = id => el('select', { id });

function make(form) {
    const arrow = (id, name, sign) => el('button', { type: 'button', id, 'aria-label': name, title: name }, sign);
    form.setAttribute('aria-label', t('controls')); // a landmark
    form.replaceChildren(
        el(
            'div',
            { class: 'fields' },
            field('span', t('span'), select('span')),
            el(
                'p',
                { class: 'field f-which' },
                el('label', { for: 'which', id: 'whichname' }, t('which')),
                el(
                    'span',
                    { class: 'joined' },
                    arrow('previous', t('previous'), '‹'),
                    select('which'),
                    el('input', { id: 'year', type: 'number', min: 2021, max: 2050, required: true, 'aria-label': t('year') }),
                    arrow('next', t('next'), '›'),
                ),
            ),
            field('calendar', t('calendar'), select('calendar')),
            field(
                'area',
                t('area'),
                el('span', { class: 'joined' }, select('area'), el('button', { type: 'button', id: 'more', 'aria-expanded': 'false' }, t('more'))),
            ),
            field('map', t('map'), select('map')),
        ),
    );
}

function fill(box, options, chosen) {
    const wanted = JSON.stringify(options);
    if (box.dataset.options !== wanted) {
        box.replaceChildren(...options.map(([value, text]) => el('option', { value }, text)));
        box.dataset.options = wanted;
    }
    box.value = chosen;
}

function whichOptions(span) {
    const names = { QUARTER: ['I', 'II', 'III', 'IV'], HALF: [t('halfFirst'), t('halfSecond')] };
    return Array.from({ length: count(span) }, (_, at) => [String(at + 1), names[span] ? names[span][at] : String(at + 1)]);
}

// Something is, over such a period: nine months only where the definitions say so.
const isTold = (ctx, span) => [...ctx.definitions.values()].some(definition => definition.spans.includes(span));

// The gateway's place, what is below it, and what is inside the chosen one.
function areaOptions(ctx) {
    const own = ctx.me.place.code;
    const inside = new Set([ctx.state.area, ctx.places.find(place => place.code === ctx.state.area)?.parent]);
    const options = [];
    const add = (place, depth) => {
        options.push([place.code, `${'\u2003'.repeat(depth)}${label(place.name)}`]);
        if (depth > 0 && !inside.has(place.code) && place.level === 'COMMUNE') return;
        if (depth < 3) ctx.places.filter(below => below.parent === place.code && below !== place).forEach(below => add(below, depth + 1));
    };
    const roots = ctx.places.filter(
        place => place.code === own || !ctx.places.some(other => other.code === place.parent && other !== place),
    );
    roots.forEach(root => add(root, 0));
    if (!options.some(([value]) => value === (ctx.state.area || own)))
        options.unshift([ctx.state.area || own, label(ctx.placeNames.get(ctx.state.area || own)) || ctx.state.area || own]);
    return options;
}

// On a phone what is seldom changed comes when it is asked for; what was changed is never out of sight.
function unfold(form, is) {
    form.classList.toggle('unfolded', is);
    form.querySelector('#more').setAttribute('aria-expanded', String(is));
}

// Makes the bar say what is shown.
export function show(form, ctx) {
    if (form.dataset.lang !== ctx.lang) {
        make(form);
        form.dataset.lang = ctx.lang;
    }
    const at = parse(ctx.state.period);
    const box = id => form.querySelector(`#${id}`);
    fill(
        box('span'),
        spans.filter(span => span !== 'NINE_MONTHS' || span === at.span || isTold(ctx, span)).map(span => [span, t(span)]),
        at.span,
    );
    fill(box('which'), whichOptions(at.span), String(at.n));
    box('which').hidden = count(at.span) === 1;
    box('whichname').htmlFor = count(at.span) === 1 ? 'year' : 'which';
    if (document.activeElement !== box('year')) box('year').value = at.year;
    fill(
        box('calendar'),
        [
            ['official', t('official')],
            ['calendar', t('calendarMonths')],
        ],
        ctx.state.calendar,
    );
    fill(box('area'), areaOptions(ctx), ctx.state.area || ctx.me.place.code);
    const { today, place: { until } } = ctx.me;
    const maps = [
        ['', t('asItWas')],
        ...(until && until < today ? [] : [[today, t('asToday')]]), // not when the gateway's place is no more
    ];
    if (ctx.state.map && ctx.state.map !== today) maps.push([ctx.state.map, t('mapDay', day(ctx.state.map))]);
    fill(box('map'), maps, ctx.state.map);
    if (ctx.state.map || ctx.state.calendar !== 'official') unfold(form, true);
    form.hidden = false;
}

// Calls go({period: …}) and the like when the reader chooses.
export function listen(form, go, current) {
    form.addEventListener('submit', event => event.preventDefault());
    form.addEventListener('change', ({ target }) => {
        const at = parse(current().period);
        if (target.id === 'span') go({ period: code(toSpan(at, target.value)) });
        if (target.id === 'which') go({ period: code({ ...at, n: Number(target.value) }) });
        if (target.id === 'year' && target.checkValidity()) go({ period: code({ ...at, year: Number(target.value) }) });
        if (target.id === 'calendar') go({ calendar: target.value });
        if (target.id === 'area') go({ area: target.value, sort: '' });
        if (target.id === 'map') go({ map: target.value, area: '' });
    });
    form.addEventListener('click', ({ target }) => {
        if (target.id === 'more') unfold(form, !form.classList.contains('unfolded'));
        const by = { previous: -1, next: 1 }[target.id];
        if (by) go({ period: code(step(parse(current().period), by)) });
    });
}
