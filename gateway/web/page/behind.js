// SPDX-License-Identifier: Apache-2.0
// The story of one number: what it means, its parts, the places below, what was filed, how far the feeds were read, and,
// where rights allow, the events themselves with what an officer may do about them.
import { Problem, get } from './api.js';
import { el } from './dom.js';
import { amount, day, inTongue, instant, label, number } from './format.js';
import { rateSays, readText } from './formula.js';
import { serviceName } from './names.js';
import {
    areaOf,
    bar,
    crumbs,
    flags,
    heading,
    indicatorPicker,
    largest,
    ofSome,
    placeName,
    plainTable,
    query,
    shownValue,
    standardsOf,
    th,
    unitOf,
    withUnit,
} from './parts.js';
import { code as codeOf, inner, parse, toSpan } from './period.js';
import { linkTo } from './state.js';
import { t } from './words.js';

export async function load(ctx) {
    const { indicator, period } = ctx.state;
    if (!indicator) return null;
    const spans = ctx.definitions.get(indicator)?.spans;
    if (spans && !spans.includes(parse(period).span)) return { spans };
    const asked = { ...query(ctx), indicator };
    const data = await filledPage(ctx, asked, ctx.state.after ? await page(ctx, asked, ctx.state.after) : await get('behind', asked));
    const [tale, base] = await Promise.all([
        data.events?.length ? import('./tale.js').catch(() => Promise.reject(new Problem(0))) : null,
        data.definition?.measure === 'CHANGE' ? baseOf(data.definition) : null,
    ]);
    return { ...data, tale, base };
}

const emptyPagesMost = 10; // of 2,000 entries each

// An answer looks at a part of the journals, in which there may be no event of this number: on to where there is one.
async function filledPage(ctx, asked, first) {
    let data = first;
    for (let pages = 1; data.events?.length === 0 && data.eventsNext && pages < emptyPagesMost; ++pages) data = await page(ctx, asked, data.eventsNext);
    return data;
}

async function page(ctx, asked, after) {
    try {
        return await get('behind', { ...asked, after });
    } catch (problem) {
        if (problem.field !== 'after') throw problem;
        ctx.state.after = ''; // the journal was written anew: from the first page again
        return get('behind', asked);
    }
}

// The rate whose change it is. Without it the number stands, only its words are missing.
async function baseOf({ definition }) {
    const code = readText(definition).change?.[0]?.of?.[0];
    const answer = code ? await get(`indicators/${code}`).catch(() => null) : null;
    return answer?.definitions?.at(-1) || null;
}

function inForce({ from, until }) {
    const parts = [from ? t('since', day(from)) : '', until ? t('until', day(until)) : ''].filter(Boolean);
    return parts.length ? t('inForce', parts.join(' ')) : '';
}

// What a number adds up, where that is not each event.
const adds = { DIFFERENT: 'addsDifferent', LATEST: 'addsLatest', PLACES: 'addsPlaces' };

function meaning(definition) {
    const own = definition.measure === 'NUMBER' && adds[definition.counting];
    const said = [
        own ? t(own, unitOf(definition)) : t(definition.measure),
        definition.lessIsBetter ? t('lessIsBetter') : '',
        Number(definition.divideBy) > 1 ? t('divided', number(definition.divideBy)) : '',
        definition.spans?.length ? t('countedOver', definition.spans.map(span => t(span).toLowerCase()).join(', ')) : '',
        definition.plan?.length ? t('servesPlan', definition.plan.join(', ')) : '',
        inForce(definition),
    ].filter(Boolean);
    return el(
        'section',
        { 'data-key': 'meaning' },
        el('h2', {}, t('whatIsIt')),
        el(
            'ul',
            { class: 'plain' },
            said.map(text => el('li', {}, text)),
        ),
        definition.definition
            ? el(
                  'details',
                  { 'data-key': 'exact' },
                  el('summary', {}, t('exactDefinition')),
                  el('pre', { tabindex: 0 }, definition.definition),
              )
            : null,
    );
}

const fact = (name, value) =>
    value === undefined || value === null || value === '' ? null : el('div', { 'data-key': name }, el('dt', {}, name), el('dd', {}, value));

// A number of a rate, and what it counts.
const counted = (value, what) => [el('b', {}, number(value)), what ? ` – ${what}` : ''];

function making(ctx, data, value, definition) {
    const rate = value.denominator !== undefined && Number(value.denominator) !== 0;
    const says = rate ? rateSays(definition, ctx.definitions, data.base?.definition) : null;
    const target = value.target;
    const some = ofSome(ctx, target, (data.below || []).map(one => one.value));
    return el(
        'section',
        { 'data-key': 'making' },
        el('h2', {}, t('howMade')),
        el(
            'dl',
            { class: 'facts' },
            rate ? [fact(t('numerator'), counted(value.number ?? 0, says?.of)), fact(t('denominator'), counted(value.denominator, says?.per))] : null,
            value.startDenominator !== undefined && Number(value.startDenominator)
                ? fact(t('startRate'), `${number(value.startNumber ?? 0)} / ${number(value.startDenominator)}`)
                : null,
            fact(t('standardHead'), standardsOf([value], definition)),
            fact(t('eventCount'), value.events === undefined ? '' : number(value.events)),
            target
                ? fact(
                      t('target'),
                      [
                          `${inTongue(target.assigned)} ${unitOf(definition)}`,
                          t('ofTarget', inTongue(target.achieved), inTongue(target.assigned)),
                          some,
                      ]
                          .filter(Boolean)
                          .join(' · '),
                  )
                : null,
        ),
    );
}

function partTables(value, definition, base) {
    const cuts = (definition.cuts || []).filter(cut => value.parts?.some(part => part.cut === cut.name));
    return cuts.map(cut => {
        const parts = value.parts.filter(part => part.cut === cut.name);
        const named = [...(base?.cuts || []).filter(one => one.name === cut.name), cut].flatMap(one => one.values || []);
        const top = largest(parts, definition);
        const caption = t('partsOf', label(cut.label).toLowerCase());
        return plainTable(
            caption,
            [label(cut.label), `>${t('value')}`, t('compared')],
            parts.map(part =>
                el(
                    'tr',
                    { 'data-key': part.value },
                    th(label(named.find(one => one.value === part.value)?.label) || part.value, 'row'),
                    el('td', { class: 'n' }, part.status && part.status !== 'OK' ? t(part.status) : inTongue(part.text)),
                    el(
                        'td',
                        { class: 'bars' },
                        top ? bar((100 * Math.abs(amount({ status: 'OK', ...part }, definition) ?? 0)) / top, null, '') : null,
                    ),
                ),
            ),
            `cut-${cut.name}`,
            false,
        );
    });
}

function below(ctx, data, definition) {
    if (!data.below?.length) return null;
    const top = largest(
        data.below.map(one => one.value),
        definition,
    );
    return el(
        'section',
        { 'data-key': 'below' },
        el('h2', {}, t('below')),
        plainTable(
            t('below'),
            [t('place'), `>${t('value')} (${unitOf(definition)})`, t('compared')],
            data.below.map(one =>
                el(
                    'tr',
                    { 'data-key': one.area },
                    th(label(one.name) || one.area, 'row'),
                    el('td', { class: 'n' }, shownValue(ctx, one.value, definition, one.area), flags(one.value)),
                    el('td', { class: 'bars' }, top ? bar((100 * Math.abs(amount(one.value, definition) ?? 0)) / top, null, '') : null),
                ),
            ),
            'belowbox',
        ),
    );
}

function filed(data) {
    return el(
        'section',
        { 'data-key': 'filed' },
        el('h2', {}, t('filedValues')),
        data.filed?.length
            ? plainTable(
                  t('filedValues'),
                  [t('revision'), t('filedAt'), `>${t('value')}`],
                  data.filed.map(one =>
                      el(
                          'tr',
                          { 'data-key': String(one.revision) },
                          th(String(one.revision), 'row'),
                          el('td', {}, instant(one.filedAt)),
                          el('td', { class: 'n' }, inTongue(one.text)),
                      ),
                  ),
                  'filedbox',
              )
            : el('p', { class: 'quiet' }, t('neverFiled')),
    );
}

// What only machines compare: which events exactly, read how far.
function technical(ctx, data, value) {
    if (!value.digest && !data.feeds?.length) return null;
    return el(
        'details',
        { 'data-key': 'technical' },
        el('summary', {}, t('technical')),
        value.digest ? [el('p', {}, t('digestSay')), el('dl', { class: 'facts' }, fact(t('digest'), el('code', {}, value.digest)))] : null,
        data.feeds?.length
            ? [
                  el('p', {}, t('positionsSay')),
                  plainTable(
                      t('positions'),
                      [t('feed'), `>${t('offset')}`, t('epoch')],
                      data.feeds.map(feed => {
                          const [commune, service] = feed.feed.split('/');
                          return el(
                              'tr',
                              { 'data-key': feed.feed },
                              th(service ? `${serviceName(service)} (${placeName(ctx, commune)})` : feed.feed, 'row'),
                              el('td', { class: 'n' }, number(feed.offset)),
                              el('td', {}, el('code', {}, String(feed.epoch))),
                          );
                      }),
                      'feedbox',
                  ),
              ]
            : null,
    );
}

const noEvents = { READING: 'eventsReading', TOO_MANY: 'eventsTooMany', MAP: 'eventsMap' };

function events(ctx, data, definition) {
    if (data.eventsMissing)
        return el(
            'section',
            { 'data-key': 'events' },
            el('h2', {}, t('events')),
            el('p', { class: 'hint' }, t(noEvents[data.eventsMissing])),
        );
    if (!data.events) return null;
    const link = (after, text) => el('a', { class: 'button', href: linkTo(ctx.state, { after }) }, t(text));
    return el(
        'section',
        { 'data-key': 'events' },
        el('h2', {}, t('events')),
        data.events.length
            ? el(
                  'p',
                  { class: 'quiet', 'data-key': 'say' },
                  `${t('eventsSay')} ${t('eventsTwins')} `,
                  el('a', { href: linkTo(ctx.state, { view: 'duplicates' }) }, t('duplicates')),
              )
            : el('p', { class: 'quiet', 'data-key': 'say' }, t(data.eventsNext ? 'eventsNoneYet' : data.eventsWithheld ? 'eventsNoneShown' : 'eventsNone')),
        data.eventsWithheld ? el('p', { class: 'hint', 'data-key': 'withheld' }, t('eventsWithheld')) : null,
        data.tale?.tale(ctx, data, definition),
        el(
            'p',
            { class: 'acts', 'data-key': 'pages' },
            ctx.state.after ? link('', 'eventsFirst') : null,
            data.eventsNext ? link(data.eventsNext, 'eventsMore') : null,
        ),
    );
}

// Targets are of the official calendar, of a commune or a village.
const mayAssign = ctx =>
    ctx.may('ASSIGN') &&
    ctx.state.calendar === 'official' &&
    !ctx.state.map &&
    ['COMMUNE', 'VILLAGE'].includes(ctx.levels.get(areaOf(ctx)));

// The indicator is not counted over such a period.
function otherSpan(ctx, spans) {
    const link = span =>
        el('a', { href: linkTo(ctx.state, { period: codeOf(toSpan(parse(ctx.state.period), span)) }) }, t(span).toLowerCase());
    return [
        crumbs(ctx),
        ...heading(ctx, label(ctx.definitions.get(ctx.state.indicator).label)),
        indicatorPicker(ctx),
        el(
            'p',
            { class: 'hint' },
            t('onlyOver'),
            ' ',
            spans.map((span, at) => [at ? ', ' : '', link(span)]),
            '.',
        ),
    ];
}

export function render(ctx, data) {
    if (!data) return [crumbs(ctx), ...heading(ctx, t('behind')), indicatorPicker(ctx), el('p', { class: 'hint' }, t('pickIndicator'))];
    if (data.spans) return otherSpan(ctx, data.spans);
    const definition = ctx.definitions.get(ctx.state.indicator) || data.definition;
    const own = { ...definition, ...data.definition };
    const name = label(own.label);
    const value = data.value || { status: 'NOT_REPORTED' };
    const spoken = t(
        value.status === 'OK' ? 'sentence' : 'sentenceNone',
        name,
        placeName(ctx, areaOf(ctx)),
        inner(ctx.state.period),
        withUnit(value, own),
    );
    return [
        crumbs(ctx),
        ...heading(ctx, name, data),
        indicatorPicker(ctx),
        el(
            'p',
            { class: 'big', 'data-key': 'big' },
            shownValue(ctx, value, own, areaOf(ctx)),
            value.status === 'OK' && unitOf(own) !== '%' ? el('span', { class: 'unit' }, unitOf(own)) : null,
            flags(value),
        ),
        el('p', { class: 'sentence', 'data-key': 'sentence' }, spoken),
        el(
            'p',
            { class: 'acts', 'data-key': 'acts' },
            el('a', { class: 'button', href: linkTo(ctx.state, { view: 'history' }) }, t('history')),
            mayAssign(ctx) ? el('button', { type: 'button', 'data-act': 'assign' }, t('assign')) : null,
        ),
        meaning(own),
        making(ctx, data, value, own),
        partTables(value, own, data.base),
        below(ctx, data, own),
        filed(data),
        events(ctx, data, own),
        technical(ctx, data, value),
        el('p', { class: 'quiet', 'data-key': 'legend' }, t('legend')),
    ];
}
