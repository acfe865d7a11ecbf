// SPDX-License-Identifier: Apache-2.0
// Starts the page: reads the address, shows its view, and shows it again when the gateway says that something changed.
import { Problem, get } from './api.js';
import * as controls from './controls.js';
import { el, morph } from './dom.js';
import { day, label, ownDay } from './format.js';
import { follow, timing } from './live.js';
import * as overview from './overview.js';
import { problemSays, problemView } from './parts.js';
import { bounds, parse } from './period.js';
import { signInView, whoBox } from './session.js';
import { href, linkTo, read } from './state.js';
import { lang, setLang, t } from './words.js';

// The others are fetched when they are first looked at.
const views = {
    overview: async () => overview,
    table: () => import('./table.js'),
    history: () => import('./history.js'),
    behind: () => import('./behind.js'),
    reports: () => import('./reports.js'),
    silent: () => import('./silent.js'),
    ledger: () => import('./ledger.js'),
    duplicates: () => import('./duplicates.js'),
    files: () => import('./files.js'),
};
const atCommune = new Set(['ledger', 'duplicates']);

const at = id => document.getElementById(id);
const known = { me: null, definitions: new Map() };
let ctx = null; // what is shown now
let address = ''; // of what is shown now: another one when it could not be shown
let data = null;
let turn = 0; // of the latest show(): an answer to an earlier one is dropped
let going = 0; // turn of the way to another view, which a mere refresh does not overtake
let stopFollowing = null;
let line = 'connecting';

function go(change) {
    location.hash = linkTo(ctx.state, change);
}

// --- the frame around the view

function frame() {
    document.documentElement.lang = lang();
    at('skip').textContent = t('skip');
    at('place').textContent = known.me ? label(known.me.place.name) : '';
    const tongue = { type: 'button', id: 'tongue', 'data-key': 'tongue', lang: lang() === 'vi' ? 'en' : 'vi', on: { click: turnTongue } };
    morph(at('who'), [
        ...whoBox(known.me, { signIn: () => askToken(''), signedOut: anew }),
        el('button', tongue, t('otherTongue')),
    ]);
    at('foot').replaceChildren(
        el('p', {}, t('footSay')),
        known.me ? el('p', { class: 'printed' }, t('printed', label(known.me.place.name))) : '',
        known.me ? clocks() : '',
    );
    const nav = at('nav');
    nav.setAttribute('aria-label', t('nav'));
    const state = ctx?.state || read();
    const shown = Object.keys(views).filter(view => !atCommune.has(view) || known.me?.place.level === 'COMMUNE');
    morph(
        nav,
        known.me
            ? shown.map(view =>
                  el(
                      'a',
                      {
                          href: linkTo(state, { view, sort: '', group: '', report: '' }),
                          'aria-current': state.view === view ? 'page' : null,
                          'data-key': view,
                      },
                      t(view === 'table' ? 'tableBelow' : view),
                  ),
              )
            : [],
    );
    showLine();
}

// Every day that is shown is the gateway's; a machine whose clock is wrong is told so.
function clocks() {
    const apart = Math.abs(Date.parse(ownDay()) - Date.parse(known.me.today)) / 86400000;
    return apart > 1 ? el('p', { class: 'hint', id: 'clocks' }, t('clocksDiffer', day(ownDay()), day(known.me.today))) : '';
}

function showLine() {
    const box = at('link');
    box.className = `link ${line}`;
    const text = known.me ? t(line) : ''; // before signing in there is nothing to follow
    if (box.textContent !== text) box.textContent = text;
    box.hidden = !text;
}

function turnTongue() {
    setLang(lang() === 'vi' ? 'en' : 'vi');
    frame();
    at('tongue').focus();
    if (ctx) {
        ctx.lang = lang();
        controls.show(at('controls'), ctx);
        paint();
    } else {
        show();
    }
}

function notice(text) {
    if (at('notice').textContent !== text) at('notice').textContent = text;
}

function askToken(why) {
    ++turn;
    ctx = null;
    at('controls').hidden = true;
    at('main').dataset.view = '';
    at('main').replaceChildren(...signInView(why, anew));
    at('main').removeAttribute('aria-busy');
    at('token').focus();
}

// --- what is shown

async function placesOf(state) {
    const period = parse(state.period);
    const day = state.map || bounds(period, state.calendar).to;
    try {
        return await get('places', { day });
    } catch (problem) {
        if (problem.status === 0 || problem.status === 401 || state.map) throw problem;
        return get('places'); // the gateway's place did not exist on that day
    }
}

async function contextOf(state, live) {
    if (!known.me) await greet();
    if (live && ctx) return { ...ctx, ...known };
    // The year as everybody calls it: from 15 December on the official one that has just ended, which is to be reported.
    const period = parse(state.period) ? state.period : known.me.today.slice(0, 4);
    const full = {
        ...state,
        period,
        view: state.view in views ? state.view : 'overview',
        calendar: state.calendar === 'calendar' ? 'calendar' : 'official',
    };
    const { places } = await placesOf(full);
    const placeNames = new Map([[known.me.place.code, known.me.place.name], ...places.map(place => [place.code, place.name])]);
    const levels = new Map([[known.me.place.code, known.me.place.level], ...places.map(place => [place.code, place.level])]);
    return { ...known, state: full, places, placeNames, levels, lang: lang(), find: ctx?.find || '', may: right => known.me.may?.includes(right) };
}

async function greet() {
    const [me, { indicators }] = await Promise.all([get('me'), get('indicators')]);
    // The definition in force stands last for its code.
    known.me = me;
    known.definitions = new Map(indicators.map(definition => [definition.code, definition]));
}

// That it still reads is said until it has read: no number may change when it has.
let asking = null;
function askWhetherCaughtUp() {
    if (asking || known.me?.caughtUp !== false) return;
    asking = setTimeout(() => {
        asking = null;
        if (known.me) greet().then(lookAgain, () => {}); // a line that broke is said by the line
    }, timing.tell);
}

const numbersIn = main => new Map([...main.querySelectorAll('[data-v]')].map(node => [node.getAttribute('data-v'), node.textContent]));
const marked = new Map(); // data-v -> until when it stays marked
const markTime = 6000;

function mark(before) {
    const main = at('main');
    const now = performance.now();
    const said = [];
    for (const node of main.querySelectorAll('[data-v]')) {
        const key = node.getAttribute('data-v');
        const old = before?.get(key);
        if (old !== undefined && old !== node.textContent) {
            marked.set(key, now + markTime);
            said.push(t('saidChange', node.getAttribute('data-n'), node.textContent, old));
        }
        node.classList.toggle('changed', (marked.get(key) || 0) > now);
    }
    if (said.length) {
        at('said').textContent = [...said.slice(0, 3), ...(said.length > 3 ? [t('saidMore', said.length - 3)] : [])].join('. ');
        setTimeout(() => mark(null), markTime + 50);
    }
}

function paint(view = shownView, live = false) {
    const main = at('main');
    const before = live ? numbersIn(main) : null;
    const hadFocus = main.contains(document.activeElement);
    const nodes = view.render(ctx, data).flat(Infinity).filter(Boolean);
    if (main.dataset.view === ctx.state.view) morph(main, nodes);
    else main.replaceChildren(...nodes);
    main.dataset.view = ctx.state.view;
    document.title = `${main.querySelector('h1')?.textContent || ''} · Chiêng`;
    if (live) mark(before);
    if (hadFocus) keepFocus();
}
let shownView = null;

// Where there is no room for all, the chosen one is in sight.
function bringIntoSight() {
    for (const strip of document.querySelectorAll('#nav, .tabs')) {
        const chosen = strip.querySelector('[aria-current]');
        if (chosen) strip.scrollLeft = chosen.offsetLeft - strip.offsetLeft - (strip.clientWidth - chosen.offsetWidth) / 2;
    }
}

// What had it may be gone.
function keepFocus() {
    if (document.activeElement === document.body) at('main').querySelector('h1')?.focus({ preventScroll: true });
}

function moveFocus(old) {
    const inBar = document.activeElement?.closest('#controls, .picker');
    const state = ctx.state;
    if (old && !inBar && (old.view !== state.view || old.area !== state.area || old.indicator !== state.indicator)) {
        scrollTo(0, 0);
        at('main').querySelector('h1')?.focus({ preventScroll: true });
    }
}

// Shows what the address says; `live` when only the numbers may have changed.
async function show(live = false) {
    if (live && going) return;
    if (address !== location.hash) live = false; // the line is back: now it can be shown
    const mine = ++turn;
    if (!live) going = mine;
    const main = at('main');
    const slow = setTimeout(() => mine === turn && !live && main.setAttribute('aria-busy', 'true'), 250);
    try {
        const next = await contextOf(read(), live);
        const view = await views[next.state.view]().catch(() => Promise.reject(new Problem(0)));
        const loaded = await view.load(next);
        if (mine !== turn) return;
        const old = ctx?.state;
        [ctx, data, shownView, address] = [next, loaded, view, location.hash];
        notice(known.me.caughtUp === false ? t('behindFeed') : '');
        askWhetherCaughtUp();
        frame();
        controls.show(at('controls'), ctx);
        paint(view, live && main.dataset.view === next.state.view);
        if (live) return;
        bringIntoSight();
        moveFocus(old);
    } catch (problem) {
        if (mine !== turn) return;
        if (!('status' in problem)) throw problem;
        failed(problem, live);
    } finally {
        clearTimeout(slow);
        if (going === mine) going = 0;
        if (mine === turn) main.removeAttribute('aria-busy');
    }
}

function failed(problem, live) {
    if (problem.status === 401) {
        known.me = null;
        frame();
        return askToken(t('sessionOver'));
    }
    if (live && at('main').dataset.view) return notice(problem.status === 0 ? t('offline') : problemSays(problem) || problem.message);
    frame();
    at('main').dataset.view = 'problem';
    at('main').replaceChildren(problemView(problem));
}

// --- following: look again when something changed, but never spend more than a fifth of the time on it

let looking = false;
let again = false;
let earliest = 0;

async function lookAgain() {
    if (looking) {
        again = true;
        return;
    }
    looking = true;
    const wait = Math.max(30, earliest - performance.now());
    await new Promise(done => setTimeout(done, wait));
    again = false;
    const began = performance.now();
    if (ctx || at('main').dataset.view === 'problem') await show(true);
    const took = performance.now() - began;
    earliest = performance.now() + Math.min(10000, Math.max(250, 4 * took));
    looking = false;
    if (again) lookAgain();
}

// A line that comes back at once is only said beside the name; one that stays away is said plainly.
let away = null;
function tellIfAway(state) {
    if (state === 'connecting') {
        away ??= setTimeout(() => ctx && notice(t('offline')), timing.tell);
    } else {
        clearTimeout(away);
        away = null;
    }
}

async function lineIs(state) {
    const back = ['live', 'polling'].includes(state) && line !== state;
    line = state;
    showLine();
    tellIfAway(state);
    if (!back || !ctx) return;
    try {
        await greet(); // the gateway may be another one since: other rights, definitions, another day
        lookAgain();
    } catch (problem) {
        failed(problem, true);
    }
}

function restart() {
    stopFollowing?.();
    known.me = null;
    ctx = null;
    at('main').dataset.view = '';
    return show().then(() => {
        stopFollowing = follow({
            change: lookAgain,
            state: lineIs,
            denied: () => {
                known.me = null;
                frame();
                askToken(t('sessionOver'));
            },
        });
    });
}

// For somebody else: what he pressed is gone.
const anew = () => restart().then(keepFocus);

// --- what the reader does

const officers = new Set(['correct', 'void', 'same', 'different', 'assign', 'file']);

addEventListener('hashchange', () => show());
addEventListener('click', ({ target }) => {
    const pressed = target.closest?.('[data-act]');
    if (pressed?.dataset.act === 'again') show();
    if (officers.has(pressed?.dataset.act)) import('./actions.js').then(actions => actions.open(pressed, ctx, data, { sent: lookAgain, signedIn: restart }));
});
addEventListener('change', ({ target }) => {
    if (target.dataset?.change === 'indicator' && target.value) go({ indicator: target.value });
});
addEventListener('input', ({ target }) => {
    if (target.id !== 'find' || !ctx) return;
    ctx.find = target.value;
    paint();
});
let width = innerWidth;
addEventListener('resize', () => {
    if (ctx?.state.view === 'history' && Math.abs(innerWidth - width) > 40) {
        width = innerWidth;
        paint();
    }
});
controls.listen(at('controls'), go, () => ctx.state);
at('skip').addEventListener('click', event => {
    event.preventDefault();
    at('main').focus();
});
frame();
if (!location.hash) history.replaceState(null, '', href(read()));
restart();
