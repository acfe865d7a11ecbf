// SPDX-License-Identifier: Apache-2.0
// A stand-in for `chieng-gateway run --http`: the page's files and the HTTP contract that it reads, with made-up figures
// (world.mjs), so that the page can be looked at (look.mjs) and tested (drive.mjs) without a gateway.
import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { World, parsePeriod, windowOf } from './world.mjs';

const pageFolder = new URL('../../gateway/web/page/', import.meta.url);
const types = {
    html: 'text/html; charset=utf-8',
    js: 'text/javascript; charset=utf-8',
    css: 'text/css; charset=utf-8',
    svg: 'image/svg+xml',
};
const safety = {
    'Content-Security-Policy': "default-src 'self'",
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Cache-Control': 'no-cache',
};
const noSession = 'chieng_session=; Max-Age=0; Path=/; HttpOnly; SameSite=Strict';
const titles = { 400: 'Bad request', 401: 'Unauthorized', 403: 'Forbidden', 404: 'Not found', 409: 'Conflict', 503: 'Not ready' };

// A gateway refuses what it does not know.
const parameters = {
    places: ['day'],
    table: ['period', 'calendar', 'area', 'map', 'cuts', 'revision', 'format'],
    history: ['indicator', 'area', 'calendar', 'span', 'until', 'count'],
    behind: ['indicator', 'period', 'calendar', 'area', 'map', 'after', 'limit'],
    ledger: ['days'],
    silent: ['area', 'period'],
    events: ['service', 'commune'],
};

class Refused {
    constructor(status, vi, en, field) {
        Object.assign(this, { status, body: { type: 'about:blank', title: titles[status], status, detail: en, detailVi: vi, field } });
    }
}

// tokens: {token: {viewer, may: […], sees}}; without, everybody is an anonymous viewer. With `anonymous`, who shows no token is one, too.
export class StandIn {
    world = new World();
    place = '625';
    tokens = null;
    anonymous = false;
    stalled = false;
    withheld = false; // single events
    refuse = null; // {path: /…/, status, vi, en}: what to refuse
    nextReceipt = null; // what the next post answers instead of STORED
    posted = [];
    asked = [];
    #followers = new Set();
    get followers() {
        return this.#followers.size;
    }
    #sockets = new Set();
    #server = null;
    #sequence = 100;
    #sessions = new Map(); // cookie -> token

    constructor(options = {}) {
        Object.assign(this, options);
        this.reports = [this.world.file('2022-Q1', 1, 1648000000), this.world.file('2022-H1', 1, 1655600000)];
        this.world.bump('COM-01', '23656-01', 2); // corrected since: 2022-H1 has ended, so is changed below
        this.reports[1].values.get('COM-01|23656').number = '3';
        this.reports[1].values.get('COM-01|23656').text = { vi: '3', en: '3' };
        this.reports[1].values.get('COM-02|23656').partsOnly = true;
        this.reports[1].values.get('SAL-01|23656').number = '1'; // by less than is shown: it reads as before
        this.world.changed = cell => this.#tell('cells', { epoch: this.world.epoch, last: this.world.offset, cells: [cell] });
        this.heartbeat = setInterval(() => this.stalled || this.#followers.forEach(one => one.write(': here\n\n')), 500);
    }

    async listen(port = 0) {
        this.#server = createServer((request, response) => this.#answer(request, response));
        this.#server.on('connection', socket => {
            this.#sockets.add(socket);
            socket.on('close', () => this.#sockets.delete(socket));
        });
        await new Promise((done, failed) => this.#server.once('error', failed).listen(port, '127.0.0.1', done));
        this.port = this.#server.address().port;
        this.url = `http://127.0.0.1:${this.port}`;
        return this;
    }
    async down() {
        const closed = new Promise(done => this.#server.close(done));
        this.#sockets.forEach(socket => socket.destroy());
        this.#followers.clear();
        await closed;
    }
    up() {
        return this.listen(this.port);
    }
    async close() {
        clearInterval(this.heartbeat);
        await this.down();
    }

    #tell(event, data) {
        if (!this.stalled)
            this.#followers.forEach(one =>
                one.write(`id: ${this.world.epoch}-${this.world.offset}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`),
            );
    }

    // Sessions end with the gateway's process.
    forget() {
        this.#sessions.clear();
    }
    #viewer(request) {
        const session = /chieng_session=(\w+)/.exec(request.headers.cookie || '')?.[1];
        const token = this.#sessions.get(session) || /^Bearer (\w+)$/.exec(request.headers.authorization || '')?.[1];
        if (this.tokens?.[token]) return this.tokens[token];
        if (this.tokens && (session || !this.anonymous)) throw new Refused(401, 'Cần đăng nhập bằng mã truy cập.', 'Sign in with a token.');
        return { viewer: 'anonymous', may: [], sees: 'PUBLIC', threshold: 0 };
    }

    async #answer(request, response) {
        const url = new URL(request.url, 'http://stand-in');
        this.asked.push(`${request.method} ${url.pathname}${url.search}`);
        try {
            if (this.refuse?.path.test(url.pathname + url.search)) throw new Refused(this.refuse.status, this.refuse.vi, this.refuse.en);
            if (!url.pathname.startsWith('/api/')) return this.#file(url.pathname, response);
            let body = '';
            for await (const chunk of request) body += chunk;
            const path = url.pathname.slice('/api/v1/'.length);
            if (path === 'session') return this.#session(request, response, body);
            const viewer = this.#viewer(request);
            for (const name of url.searchParams.keys()) {
                if (!path.startsWith('feeds/') && !parameters[path]?.includes(name))
                    throw new Refused(400, 'Không có tham số này.', 'No such parameter.', name);
            }
            if (request.method === 'POST' && request.headers['x-chieng'] !== '1')
                throw new Refused(403, 'Thiếu tiêu đề X-Chieng.', 'The header X-Chieng is missing.');
            if (path === 'feeds/cells/events') return this.#follow(response);
            if (request.method === 'POST') return this.#post(path, url.searchParams, JSON.parse(body), viewer, response);
            const etag = `"${this.world.epoch}-${this.world.offset}-${viewer.may.length}-${this.reports.length}"`;
            if (request.headers['if-none-match'] === etag) return response.writeHead(304, { ETag: etag, ...safety }).end();
            this.#json(response, 200, this.#read(path, url.searchParams, viewer), { ETag: etag });
        } catch (problem) {
            if (!(problem instanceof Refused)) console.error(problem);
            this.#json(response, problem.status || 500, problem.body || { title: 'stand-in failed', status: 500 }, {
                'Content-Type': 'application/problem+json',
                ...(problem.status === 401 ? { 'Set-Cookie': noSession } : {}), // so that one asks without it next time
            });
        }
    }

    #json(response, status, data, more = {}) {
        this.#packed(response, status, JSON.stringify(data), { 'Content-Type': 'application/json; charset=utf-8', ...safety, ...more });
    }
    #packed(response, status, body, headers) {
        if (/gzip/.test(response.req.headers['accept-encoding'] || '')) {
            body = gzipSync(body);
            headers['Content-Encoding'] = 'gzip';
        }
        response.writeHead(status, { Vary: 'Accept-Encoding', ...headers }).end(body);
    }
    #file(path, response) {
        const name = path === '/' ? 'index.html' : /^\/page\/([a-z_]+\.(js|css|svg))$/.exec(path)?.[1];
        if (!name) throw new Refused(404, 'Không có trang này.', 'There is no such page.');
        this.#packed(response, 200, readFileSync(new URL(name, pageFolder)), { 'Content-Type': types[name.split('.').pop()], ...safety });
    }
    #session(request, response, body) {
        if (request.method === 'DELETE')
            return response.writeHead(204, { 'Set-Cookie': noSession }).end();
        const { token } = JSON.parse(body);
        if (!this.tokens?.[token]) throw new Refused(401, 'Mã truy cập không đúng.', 'The token is not right.');
        const session = `s${++this.#sequence}`;
        this.#sessions.set(session, token);
        this.#json(
            response,
            200,
            { viewer: this.tokens[token].viewer },
            { 'Set-Cookie': `chieng_session=${session}; Path=/; HttpOnly; SameSite=Strict` },
        );
    }
    #follow(response) {
        response.writeHead(200, { 'Content-Type': 'text/event-stream', ...safety });
        this.#followers.add(response);
        response.on('close', () => this.#followers.delete(response));
        response.write(
            `id: ${this.world.epoch}-${this.world.offset}\nevent: head\ndata: ${JSON.stringify({ epoch: this.world.epoch, last: this.world.offset })}\n\n`,
        );
    }

    #ask(query) {
        const period = parsePeriod(query.get('period'));
        if (query.has('period') && !period)
            throw new Refused(
                400,
                'Kỳ phải có dạng 2022-04, 2022-Q2, 2022-H1 hoặc 2022.',
                'A period is such as 2022-04, 2022-Q2, 2022-H1 or 2022.',
                'period',
            );
        const area = this.world.place(query.get('area') || this.place);
        if (!area) throw new Refused(404, 'Không có nơi này ở đây.', 'There is no such place here.', 'area');
        const definition = query.has('indicator') ? this.world.definitions.find(one => one.code === query.get('indicator')) : null;
        if (query.has('indicator') && !definition)
            throw new Refused(
                404,
                "không có chỉ số 'X'; xem /api/v1/indicators",
                "there is no indicator 'X'; /api/v1/indicators lists them",
                'indicator',
            );
        const calendar = query.get('calendar') || 'official';
        return { period, area, definition, calendar, ...(period ? windowOf(period, calendar) : {}) };
    }

    #read(path, query, viewer) {
        const world = this.world,
            own = world.place(this.place);
        if (path === 'me')
            return {
                ...viewer,
                place: { code: own.code, name: own.name, level: own.level },
                today: world.today,
                caughtUp: true,
                offset: world.offset,
                epoch: world.epoch,
            };
        if (path === 'places')
            return {
                day: query.get('day') || world.today,
                places: world.places.filter(place => place.code.startsWith(this.place === '625' ? '' : this.place)),
            };
        if (path === 'indicators') return { indicators: world.definitions.map(({ definition, ...rest }) => rest) };
        const one = /^indicators\/([\w-]+)$/.exec(path);
        if (one) return { code: one[1], definitions: world.definitions.filter(definition => definition.code === one[1]) };
        if (path === 'table') {
            const { area, period, calendar, from, to } = this.#ask(query);
            const places = [area, ...world.below(area.code)];
            return {
                area: area.code,
                calendar,
                period: query.get('period'),
                from,
                to,
                asOf: 1655712000 + world.offset,
                places: places.map(({ code, name }) => ({ code, name })),
                rows: world.definitions
                    .filter(one => one.spans.includes(period.span))
                    .map(one => ({ indicator: one.code, values: places.map(place => world.full(one, place.code, period, this.reports)) })),
            };
        }
        if (path === 'history') {
            const { area, definition, calendar } = this.#ask(query);
            const until = parsePeriod(query.get('until')) || { span: query.get('span'), year: 2022, n: 1 };
            return {
                indicator: definition.code,
                area: area.code,
                calendar,
                points: world.history(definition, area.code, until, Number(query.get('count') || 12), calendar),
            };
        }
        if (path === 'behind') return this.#behind(query, viewer);
        if (path === 'reports')
            return {
                reports: this.reports.map(({ values, ...rest }) => ({
                    ...rest,
                    restatedCells: world.restated({ ...rest, values }).length,
                })),
            };
        const wanted = /^reports\/([\dQH-]+)\/(\d+|latest)$/.exec(path);
        if (wanted) {
            const report = this.reports
                .filter(one => one.period === wanted[1] && (wanted[2] === 'latest' || one.revision === Number(wanted[2])))
                .pop();
            if (!report) throw new Refused(404, 'Kỳ này chưa chốt.', 'This period was not filed.');
            const { values, ...rest } = report;
            return { report: rest, restated: world.restated(report) };
        }
        if (path === 'silent') return { day: world.today, period: query.get('period') || '2022-07', places: world.silent(query.get('area') || this.place) };
        if (path === 'ledger' || path === 'duplicates') {
            if (own.level !== 'COMMUNE')
                throw new Refused(404, 'Phần này chỉ có ở máy chủ của xã.', "This stands at a commune's gateway only.");
            if (viewer.sees === 'PUBLIC') throw new Refused(403, 'Cần quyền INTERNAL.', 'The right INTERNAL is needed.', 'INTERNAL');
            return path === 'ledger' ? world.ledger() : world.duplicates();
        }
        throw new Refused(404, 'Không có phần này.', 'There is no such thing.');
    }

    #behind(query, viewer) {
        const { area, definition, period } = this.#ask(query);
        const value = this.world.full(definition, area.code, period, this.reports);
        if (value.status === 'OK') value.parts = this.world.parts(definition, value);
        const correction = {
            organisation: 'COMMUNE_PEOPLES_COMMITTEE',
            role: 'COMMUNE_LEADER',
            postedBy: 'officer',
            correction: { action: 'REPLACE', reason: 'WRONG_FIGURE', device: 'phone-2', sequence: '9' },
        };
        const event = n => ({
            service: 'session',
            device: 'phone-1',
            sequence: String(n),
            occurredOn: `2022-05-${10 + n}`,
            village: '23656-02',
            type: 'session_held',
            label: { vi: 'Tổ chức buổi tuyên truyền', en: 'Communication session held' },
            event: {
                sequence: String(n),
                occurredOn: `2022-05-${10 + n}`,
                village: '23656-02',
                organisation: 'VILLAGE',
                role: 'VILLAGE_HEAD',
                recordedAt: '1652200000',
                postedBy: 'head',
                ...(n === 3 ? correction : {}),
                ...(n === 2 ? { note: ' Họp ở nhà rông\r\nTrời mưa' } : {}),
                sessionHeld: {
                    form: 'VILLAGE_MEETING',
                    topics: ['CREDIT', 'POLICY'], // not in the contract's order
                    languages: ['BAHNAR'],
                    durationMinutes: 90,
                    audience: { total: 40 + n, female: 20 },
                },
            },
        });
        return {
            value,
            definition,
            below: this.world.below(area.code).map(place => ({
                area: place.code,
                name: place.name,
                value: this.world.full(definition, place.code, period, this.reports),
            })),
            filed: this.reports
                .filter(one => one.period === query.get('period'))
                .map(one => ({
                    revision: one.revision,
                    filedAt: one.filedAt,
                    text: one.values.get(`${definition.code}|${area.code}`).text,
                })),
            feeds: [
                { feed: '23656/session', epoch: '9876543210123456789', offset: String(this.world.offset) },
                { feed: '23656/household', epoch: '77', offset: '812' },
            ],
            ...(this.withheld || this.place === '625' || viewer.sees === 'PUBLIC' || viewer.threshold ? {} : this.#events(query, event)),
        };
    }

    // Three events, then a part of the journal that holds none, then one of which a part is not shown.
    #events(query, event) {
        const before = { ...event(9), device: 'phone-2', because: 'REPLACE' };
        if (!query.get('after')) return { events: [event(1), event(2), { ...event(3), insteadOf: [before] }], eventsNext: 'session-9876543210123456789-3' };
        if (query.get('after').endsWith('-3')) return { events: [], eventsNext: 'session-9876543210123456789-2003' };
        const { sessionHeld, ...rest } = event(4).event;
        return { events: [{ ...event(4), hidden: true, event: rest }] };
    }

    #post(path, query, body, viewer, response) {
        const need =
            path === 'reports'
                ? 'FILE'
                : body.correction
                  ? 'CORRECT'
                  : body.duplicateDecided
                    ? 'DECIDE'
                    : body.targetAssigned
                      ? 'ASSIGN'
                      : 'POST';
        if (!viewer.may.includes(need)) throw new Refused(403, `Cần quyền ${need}.`, `The right ${need} is needed.`);
        if (body.role || (body.organisation && !body.correction))
            throw new Refused(403, 'Hãy bỏ trống role và organisation.', 'Leave role and organisation out.');
        if (body.postedBy) throw new Refused(403, 'Hãy bỏ trống postedBy.', 'Leave postedBy out.'); // it is somebody else's
        const key = response.req.headers['idempotency-key'];
        this.posted.push({ path, service: query.get('service'), commune: query.get('commune'), key, body });
        if (path === 'reports') {
            const report = this.world.file(body.period, this.reports.filter(one => one.period === body.period).length + 1, 1655712345);
            this.reports.push(report);
            const { values, ...rest } = report;
            const event =
                this.place === '625'
                    ? null
                    : { receipt: { verdict: 'STORED', period: '2022-07', reasons: [] }, service: 'monitoring', device: `office-${this.place}-1`, sequence: ++this.#sequence };
            return this.#json(response, 201, { report: rest, event });
        }
        const answer = this.nextReceipt || {
            receipt: { verdict: 'STORED', period: body.correction?.action === 'VOID' ? 0 : 202206, reasons: [] },
        };
        this.nextReceipt = null;
        this.#json(response, answer.waiting ? 202 : 200, {
            ...answer,
            service: 'session',
            device: `office-${this.place}-1`,
            sequence: String(++this.#sequence),
        });
        if (answer.receipt?.verdict === 'STORED') this.world.bump('COM-01', '23656-02', body.correction?.action === 'VOID' ? -1 : 1);
    }
}

export const officerTokens = {
    officer: { viewer: 'Cán bộ thử nghiệm', may: ['CORRECT', 'DECIDE', 'ASSIGN', 'FILE'], sees: 'SENSITIVE', threshold: 0 },
    reader: { viewer: 'Người đọc thử nghiệm', may: [], sees: 'INTERNAL', threshold: 5 },
};
