// SPDX-License-Identifier: Apache-2.0
// A browser that is watched: what it asks for, what it complains of, how many bytes it took; and checks with a name.
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(new URL('node_modules/', `file://${process.env.BROWSER_WORK}/`));
const puppeteer = require('puppeteer-core');
const axeSource = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
export const shots = `${process.env.BROWSER_WORK}/shots`;
mkdirSync(shots, { recursive: true });

// What Chromium complains of when a gateway is away.
export const broken =
    /ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE|ERR_INCOMPLETE_CHUNKED|ERR_INTERNET_DISCONNECTED|ERR_SOCKET_NOT_CONNECTED/;

export const results = { passed: 0, failed: [] };
let current = '';

export function expect(condition, what) {
    if (!condition) throw new Error(what);
}

// Runs one check; a failure is told and the others go on. ONLY=words runs those that are named so.
export async function check(name, run) {
    if (process.env.ONLY && !name.includes(process.env.ONLY)) return;
    current = name;
    const began = Date.now();
    try {
        await Promise.race([run(), new Promise((_, late) => setTimeout(() => late(new Error('took more than 60 s')), 60000).unref())]);
        ++results.passed;
        console.log(`ok     ${name} (${Date.now() - began} ms)`);
    } catch (error) {
        results.failed.push(name);
        console.log(`FAILED ${name}: ${error.message}`);
    }
}

export const launch = () =>
    puppeteer.launch({
        executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
        headless: true,
        args: ['--no-sandbox', '--disable-gpu', '--lang=vi'],
    });

// What no page may ever do; `forgiven` are answers that a check provokes (a 401, a server that is down).
export class Watched {
    complaints = [];
    foreign = [];
    bytes = 0; // over the wire
    plain = 0; // unpacked
    requests = 0;
    forgiven = [];

    static async open(browser, origin, { width = 1280, height = 900, dark = false, media = 'screen', still = false } = {}) {
        const watched = new Watched();
        const context = await browser.createBrowserContext();
        const page = await context.newPage();
        Object.assign(watched, { page, context, origin });
        await page.setViewport({ width, height });
        watched.cdp = await page.createCDPSession();
        await watched.cdp.send('Network.enable');
        await watched.look({ dark, media, still });
        watched.cdp.on('Network.loadingFinished', event => {
            watched.bytes += event.encodedDataLength;
        });
        watched.cdp.on('Network.dataReceived', event => {
            watched.plain += event.dataLength;
        });
        page.on('request', request => {
            ++watched.requests;
            if (!request.url().startsWith(origin) && !request.url().startsWith('data:')) watched.foreign.push(request.url());
        });
        page.on('pageerror', error => watched.complaints.push(`${current}: ${error.message}`));
        page.on('console', message => {
            if (message.type() !== 'error' && message.type() !== 'warn') return;
            if (watched.forgiven.some(pattern => pattern.test(message.text()))) return;
            watched.complaints.push(`${current}: ${message.text()} ${message.location()?.url || ''}`);
        });
        page.on('dialog', dialog => {
            watched.complaints.push(`${current}: a script's dialog: ${dialog.message()}`);
            dialog.dismiss();
        });
        page.setDefaultTimeout(15000);
        return watched;
    }

    // With the cookie of a session, as the page's own form would get it.
    async signIn(token) {
        const begun = await fetch(`${this.origin}/api/v1/session`, {
            method: 'POST',
            headers: { 'Content-Type': 'application/json' },
            body: JSON.stringify({ token }),
        });
        const [, name, value] = /^(\w+)=([^;]*)/.exec(begun.headers.get('set-cookie'));
        await this.page.setCookie({ name, value, url: this.origin, httpOnly: true, sameSite: 'Strict' });
    }
    look({ dark = false, media = 'screen', still = false } = {}) {
        return this.cdp.send('Emulation.setEmulatedMedia', {
            media,
            features: [
                { name: 'prefers-color-scheme', value: dark ? 'dark' : 'light' },
                { name: 'prefers-reduced-motion', value: still ? 'reduce' : 'no-preference' },
            ],
        });
    }
    async go(hash, selector = 'main h1') {
        await this.page.evaluate(() => {
            document.querySelector('main')?.removeAttribute('data-fresh');
        });
        await this.page.goto(`${this.origin}/${hash}`, { waitUntil: 'domcontentloaded' });
        await this.page.waitForSelector(selector);
        await this.settled();
    }
    // The view that the address names is there, and nothing is being asked.
    async settled() {
        await this.page.waitForFunction(() => {
            const view = /^#\/([a-z]+)/.exec(location.hash)?.[1] || 'overview';
            const main = document.querySelector('main');
            return (
                (main.dataset.view === view || main.dataset.view === 'problem' || main.querySelector('#token')) &&
                !main.hasAttribute('aria-busy')
            );
        });
        await this.page.waitForNetworkIdle({ idleTime: 120, concurrency: 1, timeout: 10000 }).catch(() => {});
    }
    text(selector) {
        return this.page.$eval(selector, node => node.textContent);
    }
    all(selector) {
        return this.page.$$eval(selector, nodes => nodes.map(node => node.textContent));
    }
    click(selector) {
        return this.page.$eval(selector, node => node.click());
    }
    type(selector, text) {
        return this.page.$eval(
            selector,
            (node, value) => {
                node.value = value;
                node.dispatchEvent(new Event('input', { bubbles: true }));
                node.dispatchEvent(new Event('change', { bubbles: true }));
            },
            text,
        );
    }
    until(test, ...args) {
        return this.page.waitForFunction(test, { polling: 30, timeout: 15000 }, ...args);
    }
    shot(name, fullPage = false) {
        return this.page.screenshot({ path: `${shots}/${name}.png`, fullPage });
    }

    // What axe finds against WCAG 2.1 AA, contrast included.
    async axe() {
        await this.page.evaluate(axeSource);
        const found = await this.page.evaluate(() =>
            axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'] }),
        );
        return found.violations.map(
            one =>
                `${one.id}: ${one.nodes
                    .slice(0, 3)
                    .map(node => `${node.target} ${node.any[0]?.message || ''}`)
                    .join(' | ')}`,
        );
    }
    async close() {
        await this.context.close();
    }
}
