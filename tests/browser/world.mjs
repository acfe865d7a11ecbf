// SPDX-License-Identifier: Apache-2.0
// Made-up figures for the stand-in, over the repository's real definitions and places. Every name of a place says that the
// figures are invented. Texts are as a gateway's table writes them; a district is the sum of its communes, a commune of its
// villages, so that numbers on different views can be compared.
import { readFileSync } from 'node:fs';

const root = new URL('../../', import.meta.url);
const textOf = path => readFileSync(new URL(path, root), 'utf8');
const field = (block, name) => new RegExp(`\\b${name}: "?([^"\\s\\]]+)`).exec(block)?.[1];
const labelIn = (block, name) => {
    const found = new RegExp(`\\b${name} \\{ vi: "([^"]*)" en: "([^"]*)" \\}`).exec(block);
    return found ? { vi: found[1], en: found[2] } : { vi: '', en: '' };
};

function readDefinitions() {
    const blocks = textOf('deploy/indicators/indicators.txtpb')
        .split(/^indicator \{$/m)
        .slice(1);
    return blocks
        .filter(block => !/hidden: true/.test(block))
        .map(block => {
            const spans = /spans: (?:\[([A-Z, ]+)\]|([A-Z]+))/.exec(block);
            const plan = /plan: \[([^\]]*)\]/.exec(block);
            const cuts = [...block.matchAll(/cut \{\s*name: "(\w+)" label \{ vi: "([^"]*)" en: "([^"]*)" \}([\s\S]*?)\n  \}/g)]
                .map(([, name, vi, en, rest]) => ({
                    name,
                    label: { vi, en },
                    values: [...rest.matchAll(/part \{ value: "(\w+)" label \{ vi: "([^"]*)" en: "([^"]*)" \}/g)].map(part => ({
                        value: part[1],
                        label: { vi: part[2], en: part[3] },
                    })),
                }))
                .filter(cut => cut.values.length);
            return {
                code: field(block, 'code'),
                group: field(block, 'code').slice(0, 3),
                label: labelIn(block, 'label'),
                unit: labelIn(block, 'unit'),
                measure: field(block, 'measure'),
                counting: /coverage \{/.test(block)
                    ? 'PLACES'
                    : /variety \{|distinct:/.test(block)
                      ? 'DIFFERENT'
                      : /latest:/.test(block)
                        ? 'LATEST'
                        : /source \{/.test(block)
                          ? 'EACH'
                          : undefined,
                spans: (spans?.[1] || spans?.[2] || 'YEAR').split(', '),
                decimals: Number(field(block, 'decimals') || 0),
                divideBy: Number(field(block, 'divide_by') || 1),
                lessIsBetter: /less_is_better: true/.test(block),
                plan: plan ? plan[1].replaceAll('"', '').split(', ') : [],
                digest: 'made0up0made0up0',
                cuts,
                definition: block.trim().replace(/\}$/, ''),
            };
        });
}

function readPlaces() {
    const communes = [
        ...textOf('deploy/places/kbang.txtpb').matchAll(
            /^place \{ code: "(\d{5})" name \{ vi: "([^"]*)" en: "([^"]*)" \} level: COMMUNE_LEVEL.*until: "202[45]/gm,
        ),
    ]
        .filter(([line]) => !line.includes('from:'))
        .map(([, code, vi, en]) => ({ code, name: { vi, en }, level: 'COMMUNE', parent: '625' }));
    const villages = communes.flatMap(commune =>
        [1, 2, 3, 4].map(n => ({
            code: `${commune.code}-0${n}`,
            level: 'VILLAGE',
            parent: commune.code,
            // The third one is hostile: a name is text and never markup.
            name:
                n === 3
                    ? { vi: 'Làng 03 <img src=x onerror=alert(1)>', en: 'Village 03 <img src=x onerror=alert(1)>' }
                    : { vi: `Làng 0${n} (giả định)`, en: `Village 0${n} (invented)` },
        })),
    );
    return [
        {
            code: '625',
            name: { vi: 'Huyện KBang (số liệu giả định)', en: 'Kbang district (invented figures)' },
            level: 'DISTRICT',
            parent: '64',
        },
        ...communes,
        ...villages,
    ];
}

function hash(text) {
    let h = 2166136261;
    for (const c of text) h = Math.imul(h ^ c.codePointAt(0), 16777619) >>> 0;
    return (Math.imul(h ^ (h >>> 15), 2246822507) >>> 0) / 2 ** 32;
}

const lengths = { MONTH: 1, QUARTER: 3, HALF: 6, YEAR: 12 };
export function parsePeriod(text) {
    const found = /^(\d{4})(?:-(?:(\d\d)|Q([1-4])|H([12])))?$/.exec(text || '');
    if (!found) return null;
    const span = found[2] ? 'MONTH' : found[3] ? 'QUARTER' : found[4] ? 'HALF' : 'YEAR';
    return { span, year: Number(found[1]), n: Number(found[2] || found[3] || found[4] || 1) };
}
const dayText = (year, month, day) => new Date(Date.UTC(year, month, day)).toISOString().slice(0, 10);
export function windowOf({ span, year, n }, calendar) {
    const last = n * lengths[span],
        first = last - lengths[span];
    return calendar === 'calendar'
        ? { from: dayText(year, first, 1), to: dayText(year, last, 0) }
        : { from: dayText(year, first - 1, 15), to: dayText(year, last - 1, 14) };
}
const periodText = ({ span, year, n }) =>
    span === 'YEAR'
        ? `${year}`
        : span === 'MONTH'
          ? `${year}-${String(n).padStart(2, '0')}`
          : `${year}-${span === 'QUARTER' ? 'Q' : 'H'}${n}`;
export function before(period, by) {
    const per = 12 / lengths[period.span],
        all = period.year * per + period.n - 1 - by;
    return { span: period.span, year: Math.floor(all / per), n: (all % per) + 1 };
}

export const targets = {
    'COM-01': 900,
    'COM-02': 30000,
    'SUP-01': 2600,
    'SUP-02': 1100,
    'POV-06': 1500,
    'TRN-01': 400,
    'JOB-01': 300,
    'EXM-01': 1300,
};

export class World {
    today = '2022-06-20';
    epoch = '4242';
    offset = 1000;
    isBalanced = false; // the ledger
    isTold = false; // by every device what it posted
    definitions = readDefinitions();
    places = readPlaces();
    #added = new Map(); // "code|village" -> how much more
    changed = () => {};

    place(code) {
        return this.places.find(place => place.code === code);
    }
    below(code) {
        return this.places.filter(place => place.parent === code);
    }
    #villages(code) {
        return this.place(code)?.level === 'VILLAGE' ? [code] : this.below(code).flatMap(place => this.#villages(place.code));
    }

    // One more event in a village: every number that holds it moves, and followers hear of it.
    bump(code = 'COM-01', village = '23656-01', by = 1) {
        this.#added.set(`${code}|${village}`, (this.#added.get(`${code}|${village}`) || 0) + by);
        ++this.offset;
        this.changed({ offset: this.offset, area: village, period: '2022-06b', indicator: code, number: by });
    }

    #numberOf(definition, village, period) {
        const { from, to } = windowOf(period, 'official');
        if (from > this.today || period.year < 2021) return 0;
        const own = 1 + Math.floor(hash(`${definition.code}${village}`) * 9);
        const growth =
            definition.measure === 'STOCK' ? 40 : lengths[period.span] * (0.7 + 0.6 * hash(`${definition.code}${periodText(period)}`));
        const money = definition.divideBy > 1000 ? 7654321 : 1;
        const added = this.today >= from && this.today <= to ? this.#added.get(`${definition.code}|${village}`) || 0 : 0;
        return Math.round(own * growth) * money + added;
    }

    value(definition, area, period) {
        const late = windowOf(period, 'official').from > this.today || period.year < 2021;
        if (late || (area.startsWith('23641') && definition.code < 'CUL-03')) return { text: { vi: '', en: '' }, status: 'NOT_REPORTED' };
        if (area.startsWith('23650') && definition.code.startsWith('EMU')) return { text: { vi: '', en: '' }, status: 'SUPPRESSED' };
        const villages = this.#villages(area);
        const number = villages.reduce((sum, village) => sum + this.#numberOf(definition, village, period), 0);
        const made = {
            status: 'OK',
            number: String(number),
            events: Math.max(1, Math.round(number / 3) % 5000),
            digest: Math.floor(hash(area + number) * 2 ** 32)
                .toString(16)
                .padStart(16, '0'),
        };
        const same = text => ({ ...made, text: { vi: text.replace(/(\d)\.(?=\d)/g, '$1,'), en: text } });
        if (definition.measure === 'RATIO') {
            if (definition.code === 'INS-04' && area.startsWith('23644')) return { text: { vi: '–', en: '–' }, status: 'NO_VALUE' };
            const denominator = Math.round(number * (1.2 + 3 * hash(definition.code)));
            // A figure of nothing, as that of a March, knows none.
            const standards = definition.code.startsWith('POV') ? { standards: period.year === 2022 && period.n === 3 ? [] : [period.year < 2022 ? 'DECISION_59_2015' : 'DECREE_07_2021'] } : {};
            return { ...standards, ...same(`${((number * 100) / denominator).toFixed(2)} (${number}/${denominator})`), denominator: String(denominator) };
        }
        if (definition.measure === 'MEDIAN')
            return { ...same((3 + 20 * hash(area + definition.code)).toFixed(1)), median: 3 + 20 * hash(area + definition.code) };
        if (definition.measure === 'CHANGE')
            return {
                ...same('1.52 (15.50 → 13.98)'),
                number: '1398',
                denominator: '10000',
                startNumber: '1550',
                startDenominator: '10000',
            };
        return same((number / definition.divideBy).toFixed(definition.decimals));
    }

    // With target, filed value and parts, as rows of a table have them.
    full(definition, area, period, reports = []) {
        const value = this.value(definition, area, period);
        const assigned = targets[definition.code];
        const isWhole = this.place(area)?.level === 'DISTRICT';
        // Of trainings only one commune has a target.
        const only = definition.code === 'TRN-01' && '23656';
        const isTold = value.status === 'OK' || (value.status === 'NOT_REPORTED' && windowOf(period, 'official').from <= this.today);
        if (isTold && assigned && period.span === 'YEAR' && (isWhole || !only || area === only)) {
            const share = isWhole && !only ? assigned : Math.max(1, Math.round(assigned / 14));
            const compared = isWhole && only ? this.value(definition, only, period) : value;
            const reached = (Number(compared.number || 0) * 100) / share;
            const daysLeft = Math.max(0, Math.round((Date.parse(windowOf(period, 'official').to) - Date.parse(this.today)) / 86400000));
            value.target = {
                assigned: String(share),
                own: !isWhole,
                achieved: `${reached.toFixed(1)} %`,
                pace: {
                    missing: String(Math.max(0, share - Number(compared.number || 0))),
                    daysLeft,
                    behind: reached < 100 * (1 - daysLeft / 365),
                },
            };
        }
        const filed = reports.filter(report => report.period === periodText(period)).pop();
        if (filed && value.status === 'OK') {
            const then = filed.values.get(`${definition.code}|${area}`);
            if (then) value.filed = { text: then.text, revision: filed.revision, restated: then.number !== value.number };
        }
        return value;
    }

    parts(definition, value) {
        return definition.cuts.flatMap(cut =>
            cut.values.map((one, at) => ({
                cut: cut.name,
                value: one.value,
                number: String(Math.round((Number(value.number) * (at + 1)) / 10)),
                text: {
                    vi: String(Math.round((Number(value.number) * (at + 1)) / 10)),
                    en: String(Math.round((Number(value.number) * (at + 1)) / 10)),
                },
                status: at === 2 ? 'SUPPRESSED' : 'OK',
            })),
        );
    }

    history(definition, area, last, count, calendar) {
        return Array.from({ length: count }, (_, at) => before(last, count - 1 - at)).map(period => ({
            period: periodText(period),
            ...windowOf(period, calendar),
            value: this.value(definition, area, period),
        }));
    }

    // A filed report keeps what was true, but for one cell that was corrected since.
    file(period, revision, filedAt) {
        const at = parsePeriod(period);
        const values = new Map();
        for (const definition of this.definitions)
            for (const place of this.places) values.set(`${definition.code}|${place.code}`, this.value(definition, place.code, at));
        return { period, revision, filedAt, digest: 'f11ed'.repeat(13).slice(0, 64), values };
    }
    restated(report) {
        const at = parsePeriod(report.period);
        return this.definitions
            .flatMap(definition =>
                ['625', ...this.below('625').map(place => place.code)].map(area => ({
                    area,
                    indicator: definition.code,
                    filed: report.values.get(`${definition.code}|${area}`),
                    now: this.value(definition, area, at),
                })),
            )
            .map(cell => ({ ...cell, partsOnly: cell.filed?.number === cell.now.number }))
            .filter(cell => cell.filed && (!cell.partsOnly || cell.filed.partsOnly));
    }

    silent(area) {
        return this.below(area).map((place, at) => ({
            code: place.code,
            name: place.name,
            ...(at % 5 === 4 ? {} : { lastPeriod: `2022-0${2 + (at % 4)}`, days: 20 + ((at * 37) % 80) }),
            expectedEvery: 'MONTH',
        }));
    }

    ledger() {
        const told = { device: 'phone-1', service: 'session', state: 'BALANCED', posted: 120, stored: 120, difference: 0 };
        const untold = ['session', 'culture'].map(service => ({ device: 'web-1', service, state: 'UNKNOWN', stored: 3, later: 0, difference: 0 }));
        if (this.isBalanced) return { balanced: true, difference: 0, silent: [], devices: [told, ...(this.isTold ? [] : untold)] };
        const session = { service: 'session', refused: 1, waiting: 2, later: 0, online: true, lastHeard: '2022-06-20T15:00:00+07:00' };
        return {
            balanced: false,
            difference: 1,
            first: { device: 'phone-2', service: 'session', difference: 1, number: '17', missing: 2, refused: 1 },
            silent: ['culture'],
            devices: [
                { ...session, device: 'phone-1', state: 'GAP', posted: 120, stored: 117, difference: 0, firstGap: '118' },
                { ...session, device: 'phone-2', state: 'LOST', posted: 40, stored: 36, difference: 1, missing: 2, firstMissing: '17' },
                { device: 'web-1', service: 'session', state: 'UNKNOWN', stored: 3, later: 0, difference: 0 },
            ],
        };
    }

    duplicates() {
        const said = (total, topics) => ({
            event: { recordedAt: '1652200000', sessionHeld: { form: 'VILLAGE_MEETING', topics, languages: ['BAHNAR'], audience: { total } } },
        });
        const events = [
            { device: 'phone-1', sequence: '17', organisation: 'VILLAGE', role: 'VILLAGE_HEAD', time: '19:00', ...said(45, ['POLICY']) },
            { device: 'phone-7', sequence: '3', organisation: 'WOMEN', role: 'ASSOCIATION_OFFICER', time: '19:30', ...said(47, ['POLICY']) },
            { device: 'phone-9', sequence: '8', organisation: 'WOMEN', role: 'ASSOCIATION_OFFICER', hidden: true, ...said(45, ['POLICY']) },
        ];
        const pair = (other, one, decision) => ({
            device: events[other].device,
            sequence: events[other].sequence,
            sameDevice: events[one].device,
            sameSequence: events[one].sequence,
            decision,
        });
        const pairs = [pair(1, 0, 'UNDECIDED'), pair(2, 1, 'UNDECIDED'), pair(2, 0, 'DIFFERENT')];
        const label = { vi: 'Tổ chức buổi tuyên truyền', en: 'Communication session held' };
        const group = { service: 'session', village: '23656-02', occurredOn: '2022-05-10', type: 'session_held', label, events, pairs };
        return { silent: [], more: 0, groups: [group] };
    }
}
