// SPDX-License-Identifier: Apache-2.0
// The page of a real commune: broker, services and gateway of CHIENG_PROGRAMS, on the loopback. What an officer does is taken by
// the services and counted; the gateway is killed under the page, the line is slow.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { Watched, broken, check, expect } from './support.mjs';

const token = 'gong';
const rights = `anonymous { name: "anybody" }
viewer { name: "officer" token_sha256: "${createHash('sha256').update(token).digest('hex')}" may: [POST, CORRECT, DECIDE, ASSIGN, FILE]
         sees: INTERNAL role: CULTURE_OFFICIAL organisation: COMMUNE_PEOPLES_COMMITTEE }`;
const meeting = {
    occurredOn: '2022-05-20',
    village: '23656-02',
    time: '19:00',
    sessionHeld: { form: 'VILLAGE_MEETING', topics: ['POLICY'], languages: ['BAHNAR'], audience: { total: 45 } },
};

const freePort = () =>
    new Promise(done => {
        const server = createServer().listen(0, '127.0.0.1', () => {
            const { port } = server.address();
            server.close(() => done(port));
        });
    });

async function until(what, test, seconds = 60) {
    for (const end = Date.now() + 1000 * seconds; ; await new Promise(done => setTimeout(done, 100))) {
        if (await test().catch(() => false)) return;
        if (Date.now() > end) throw new Error(`never: ${what}`);
    }
}

class Commune {
    folder = mkdtempSync(`${tmpdir()}/chieng-page-`);
    // A day on which the commune is there, whatever day it is.
    clock = `2022-07-20 1 ${Math.floor(Date.now() / 1000)}`;
    #running = new Set();

    #start(name, ...args) {
        const log = openSync(`${this.folder}/log`, 'a');
        const child = spawn(name, args, { stdio: ['ignore', log, log], env: { ...process.env, CHIENG_CLOCK: this.clock } });
        this.#running.add(child);
        child.ended = new Promise(done => child.on('close', done));
        child.on('close', () => this.#running.delete(child));
        return child;
    }
    async start() {
        const programs = process.env.CHIENG_PROGRAMS;
        [this.port, this.http] = [await freePort(), await freePort()];
        this.url = `http://127.0.0.1:${this.http}`;
        writeFileSync(
            `${this.folder}/mosquitto.conf`,
            `listener ${this.port} 127.0.0.1\nallow_anonymous true\npersistence false\nset_tcp_nodelay true\n`,
        );
        writeFileSync(`${this.folder}/rights.txtpb`, rights);
        this.#start('/usr/sbin/mosquitto', '-c', `${this.folder}/mosquitto.conf`);
        await until('a broker', () => new Promise((done, no) => connect(this.port, '127.0.0.1', () => done(true)).on('error', no)));
        const common = ['--data', this.folder, '--broker', `tcp://127.0.0.1:${this.port}`];
        this.#start(`${programs}/services/chieng-service`, ...common);
        this.gateway = () =>
            this.#start(
                `${programs}/gateway/chieng-gateway`,
                ...['--place', '23656', ...common, '--http', `127.0.0.1:${this.http}`, 'run', '--rights', `${this.folder}/rights.txtpb`],
            );
        await this.up();
        return this;
    }
    async up() {
        this.board = this.gateway();
        await until('a gateway that is ready', async () => (await fetch(`${this.url}/readyz`)).ok);
    }
    async down() {
        this.board.kill('SIGKILL');
        await this.board.ended;
    }
    // As the officer's own office posts.
    async post(event) {
        const answer = await fetch(`${this.url}/api/v1/events`, {
            method: 'POST',
            headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
            body: JSON.stringify(event),
        });
        expect(answer.ok, `${answer.status} ${await answer.clone().text()}`);
        return answer.json();
    }
    // As another device does.
    say(device, event) {
        const body = { device, commune: '23656', events: [{ sequence: '1', organisation: 'WOMEN', role: 'ASSOCIATION_OFFICER', ...event }] };
        const topic = `chieng/1/23656/session/events/${device}`;
        const said = spawnSync('mosquitto_pub', ['-p', String(this.port), '-q', '1', '-t', topic, '-m', JSON.stringify(body)]);
        expect(said.status === 0, String(said.stderr));
    }
    async stop() {
        const all = [...this.#running];
        all.forEach(child => child.kill('SIGTERM'));
        await Promise.all(all.map(child => child.ended));
        rmSync(this.folder, { recursive: true });
    }
}

const shown = (page, number) =>
    page.until(number => document.querySelector('[data-v^="COM-01|"]')?.textContent === number, number).catch(async () => {
        throw new Error(`${await page.text('[data-v^="COM-01|"]')} is shown instead of ${number}`);
    });

// Fills, looks again, sends; gives the receipt.
async function act(page, opener, fill) {
    await page.page.waitForSelector(opener);
    await page.click(opener);
    await page.page.waitForSelector('dialog form');
    for (const [box, text] of Object.entries(fill)) await page.type(box, text);
    await page.click('#actreview');
    await page.page.waitForSelector('#actsend');
    expect((await page.text('dialog .facts')).includes('officer'), 'it does not say who');
    await page.click('#actsend');
    await page.page.waitForSelector('dialog .receipt, dialog .problem', { timeout: 30000 });
    const said = await page.text('dialog .receipt, dialog .problem');
    await page.shot(`real-${/act=(\w+)/.exec(opener)[1]}`);
    await page.click('dialog .acts button:last-child');
    await page.until(() => !document.querySelector('dialog'));
    return said;
}

async function acts(page, commune) {
    const story = () => page.go('#/behind?period=2022-Q2&indicator=COM-01', '[data-act=correct]');
    await check('a real receipt: correct, and the number follows', async () => {
        await commune.post(meeting);
        await commune.post({ ...meeting, occurredOn: '2022-05-22', time: '08:00' });
        await page.go('#/overview?period=2022-Q2', 'main .v');
        await shown(page, '2');
        await story();
        await page.click('[data-act=correct]');
        await page.page.waitForSelector('dialog form');
        await page.page.$$eval('dialog .field', fields => {
            fields.find(field => field.textContent.startsWith('Tổng số lượt người')).querySelector('input').value = '54';
        });
        await page.type('#reason', 'WRONG_FIGURE');
        await page.type('#note', 'Đếm lại danh sách');
        await page.click('#actreview');
        await page.page.waitForSelector('#actsend');
        expect((await page.text('dialog .changes')).includes('4554'), await page.text('dialog .changes'));
        await page.shot('real-last-look');
        await page.click('#actsend');
        await page.page.waitForSelector('dialog .receipt, dialog .problem');
        expect((await page.text('dialog')).includes('Đã nhận và ghi vào sổ'), await page.text('dialog'));
        await page.shot('real-correct');
        await page.click('dialog .acts button:last-child');
        await page.go('#/behind?period=2022-Q2&indicator=COM-02', 'main .big');
        await page.until(() => document.querySelector('.big .v').textContent === '99');
    });
    await check('a real receipt: take back, and the number follows', async () => {
        await story();
        const said = await act(page, '[data-act=void]', { '#reason': 'DID_NOT_HAPPEN', '#note': 'Buổi họp đã hoãn' });
        expect(said.includes('Đã nhận và ghi vào sổ'), said);
        await page.go('#/overview?period=2022-Q2', 'main .v');
        await shown(page, '1');
    });
    await check('a real receipt: two reports of one meeting become one', async () => {
        const twin = { ...meeting, occurredOn: '2022-05-25' };
        await commune.post(twin);
        commune.say('women-1', twin);
        await shown(page, '3');
        await until('a pair', async () => {
            await page.go('#/duplicates');
            return page.page.$('[data-act=same]');
        });
        const both = await page.text('main table');
        expect(both.includes('Tổng số lượt người4545') && both.includes('Đơn vịkhác nhau'), both);
        await page.shot('real-duplicates', true);
        const said = await act(page, '[data-act=same]', { '#note': 'Hai người cùng báo một buổi họp' });
        expect(said.includes('Đã nhận và ghi vào sổ'), said);
        await page.go('#/overview?period=2022-Q2', 'main .v');
        await shown(page, '2');
    });
    await check('a real receipt: a target is assigned, and the number stands against it', async () => {
        await page.go('#/behind?period=2022&indicator=COM-01', '[data-act=assign]');
        const said = await act(page, '[data-act=assign]', { '#target': '20', '#doc': '12/QĐ-UBND' });
        expect(said.includes('Đã nhận'), said);
        await page.go('#/overview?period=2022', 'main .v');
        await page.until(() => document.querySelector('.target .reach')?.textContent.includes('của 20'));
    });
    await check('a real receipt: a period is filed, and what comes later stands beside it', async () => {
        await page.go('#/reports?period=2022-Q2', '[data-act=file]');
        await page.click('[data-act=file]');
        await page.page.waitForSelector('#looked');
        await page.click('#looked');
        await page.click('#actreview');
        await page.page.waitForSelector('#actsend');
        await page.click('#actsend');
        await page.page.waitForSelector('dialog .receipt, dialog .problem', { timeout: 30000 });
        const said = await page.text('dialog .receipt, dialog .problem');
        expect(said.includes('Đã chốt quý II/2022, lần 1') && said.includes('SHA-256'), said);
        expect((await page.text('dialog')).includes('Chỉ tiêu đã giao của kỳ này không sửa được nữa'), await page.text('dialog'));
        await page.shot('real-file');
        await page.click('dialog .acts button:last-child');
        await commune.post({ ...meeting, occurredOn: '2022-06-01' });
        await page.go('#/overview?period=2022-Q2', 'main .v');
        await shown(page, '3');
        await page.until(() => document.querySelector('main').textContent.includes('đã chốt: 2'));
    });
}

export async function real(browser) {
    const commune = await new Commune().start();
    const page = await Watched.open(browser, commune.url);
    page.forgiven.push(/status of 401/, /status of 404/); // the commune is no place of its own today
    try {
        await page.signIn(token);
        await acts(page, commune);
        await check('a gateway that is killed is said plainly; started again, it asks to sign in and goes on where it was', async () => {
            page.forgiven.push(broken);
            await page.go('#/overview?period=2022-Q2', 'main .v');
            await page.until(() => document.querySelector('#link').classList.contains('live'));
            await commune.down();
            await page.until(() => document.querySelector('#link').textContent === 'Đang nối lại…');
            await page.until(() => document.querySelector('#notice').textContent.includes('Không nối được với máy chủ'));
            expect((await page.all('[data-v^="COM-01|"]'))[0] === '3', 'the old number is gone');
            commune.say('women-2', { ...meeting, occurredOn: '2022-06-05' });
            await commune.up();
            await page.page.waitForSelector('#token', { timeout: 60000 });
            await page.type('#token', token);
            await page.click('.sign button');
            await shown(page, '4');
            await page
                .until(() => document.querySelector('#notice').textContent === '')
                .catch(async () => expect(false, `still said: ${await page.text('#notice')}`));
        });
        await check('a slow line to a real gateway: 40 kB/s and half a second away', async () => {
            const slow = await Watched.open(browser, commune.url);
            const line = { offline: false, latency: 500, downloadThroughput: 40000, uploadThroughput: 20000 };
            await slow.cdp.send('Network.emulateNetworkConditions', line);
            const began = Date.now();
            await slow.go('#/overview?period=2022-Q2', 'main .v');
            console.log(`       the first view after ${Date.now() - began} ms`);
            await slow.until(() => document.querySelector('#link').textContent === 'Trực tiếp');
            await commune.post({ ...meeting, occurredOn: '2022-06-06' });
            await shown(slow, '5');
            expect((await slow.text('#notice')) === '', await slow.text('#notice'));
            page.complaints.push(...slow.complaints);
            await slow.close();
        });
        await check('nothing complained and nothing left the origin of the real gateway', async () => {
            expect(page.foreign.length === 0 && page.complaints.length === 0, [...page.foreign, ...page.complaints].join(' ; '));
        });
    } finally {
        await page.close();
        await commune.stop();
    }
}
