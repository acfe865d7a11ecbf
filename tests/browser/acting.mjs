// SPDX-License-Identifier: Apache-2.0
// Checks that need a stand-in that can be told to change, stall, restart or refuse.
import { StandIn, officerTokens } from './stand_in.mjs';
import { Watched, check, expect } from './support.mjs';

const year = (view, more = '') => `#/${view}?period=2022${more}`;
const cell = code => `[data-v^="${code}|"]`;
const broken = /ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE|ERR_INCOMPLETE_CHUNKED|ERR_INTERNET_DISCONNECTED|ERR_SOCKET_NOT_CONNECTED/;

export async function living(browser) {
    const standIn = await new StandIn().listen();
    const page = await Watched.open(browser, standIn.url);
    try {
        await check('a number changes within a second of the event, is marked, said, and focus stays', async () => {
            await page.go(year('overview'));
            await page.until(() => document.querySelector('#link').classList.contains('live'));
            await page.page.waitForNetworkIdle({ idleTime: 700, concurrency: 1 });
            await page.page.focus(cell('COM-02'));
            const times = [];
            for (let i = 0; i < 5; ++i) {
                const before = await page.text(cell('COM-01'));
                times.push(await changed(page, () => standIn.world.bump('COM-01', '23656-01', 3), before));
                if (i < 4) await new Promise(done => setTimeout(done, 1500));
            }
            console.log(`       ${times.join(', ')} ms`);
            expect(times.sort((a, b) => a - b)[2] <= 1000, `the median of ${times} ms`);
            await page.until(() => document.querySelector('[data-v^="COM-01|"]').classList.contains('changed'));
            expect((await page.text('#said')).includes('Số buổi tuyên truyền'), 'nothing was said');
            expect(await page.page.evaluate(() => document.activeElement.dataset.v?.startsWith('COM-02')), 'focus was lost');
            await page.shot('live-change');
            await page.until(() => !document.querySelector('.changed'));
        });
        await check('fifty events in a second are few questions', async () => {
            const before = standIn.asked.filter(line => line.includes('/table')).length;
            for (let i = 0; i < 50; ++i) {
                standIn.world.bump('COM-01', '23656-01');
                await new Promise(done => setTimeout(done, 20));
            }
            const total = standIn.world.value(standIn.world.definitions.find(one => one.code === 'COM-01'), '625', { span: 'YEAR', year: 2022, n: 1 }).number;
            await page.until(total => document.querySelector('[data-v^="COM-01|"]').textContent.replace(/\D/g, '') === total, total);
            const asked = standIn.asked.filter(line => line.includes('/table')).length - before;
            console.log(`       ${asked} questions`);
            expect(asked >= 1 && asked <= 10, `${asked} questions`);
        });
        await check('the gateway restarts under the page: it says so, comes back and catches up', async () => {
            page.forgiven.push(broken);
            const before = await page.text(cell('COM-01'));
            await standIn.down();
            await page.until(() => document.querySelector('#link').textContent === 'Đang nối lại…');
            expect((await page.text(cell('COM-01'))) === before, 'the old number is gone');
            await page.shot('reconnecting');
            standIn.world.bump('COM-01', '23656-01', 7);
            await standIn.up();
            await page.until(() => document.querySelector('#link').textContent === 'Trực tiếp');
            await page.until(before => document.querySelector('[data-v^="COM-01|"]').textContent !== before, before);
            expect((await page.text('#notice')) === '', 'a notice stayed');
        });
        await check('a line that is silent is given up and made again', async () => {
            await page.page.evaluate(() => import('/page/live.js').then(({ timing }) => { timing.silence = 1200; }));
            const before = standIn.asked.filter(line => line.includes('cells/events')).length;
            standIn.stalled = true;
            await page.page.reload();
            await page.page.evaluate(() => import('/page/live.js').then(({ timing }) => { timing.silence = 1200; }));
            await standIn.down();
            await standIn.up();
            await page.until(() => document.querySelector('#link').textContent === 'Đang nối lại…');
            await until(() => standIn.asked.filter(line => line.includes('cells/events')).length >= before + 3);
            standIn.stalled = false;
            await page.until(() => document.querySelector('#link').textContent === 'Trực tiếp');
        });
        await check('a hidden number, one not reported and one without value are words', async () => {
            await page.go(year('table', '&group=EMU'), 'main .wide');
            expect((await page.all('.wide .words')).includes('không công bố'), 'suppressed is no word');
            await page.go(year('table'), 'main .wide');
            expect((await page.all('.wide .words')).includes('chưa báo cáo'), 'not reported is no word');
            await page.go(year('table', '&group=INS'), 'main .wide');
            expect((await page.all('.wide .words')).includes('không có giá trị'), 'no value is no word');
            await page.go('#/overview?period=2023');
            expect(!(await page.all('main .v')).includes('0'), 'a zero for what was not reported');
            await page.until(() => document.querySelector('.hint a')?.textContent.includes('2022'));
        });
        await check('an indicator that is not counted over such a period leads to one that is', async () => {
            await page.go(year('behind', '&indicator=COM-11'), '.hint a');
            await page.click('.hint a');
            await page.page.waitForSelector('main .big');
            expect((await page.text('.lead')).includes('Tháng 12/2022'), await page.text('.lead'));
        });
        await check('the map of today is asked for, and a line over time says that it has none', async () => {
            await page.go(year('table'), 'main .wide');
            await page.page.select('#map', standIn.world.today);
            await until(() => standIn.asked.some(line => line.includes('/table?') && line.includes(`map=${standIn.world.today}`)));
            await page.until(() => document.querySelector('.lead').textContent.includes('địa giới ngày 20/06/2022'));
            await page.go(year('history', `&indicator=COM-01&map=${standIn.world.today}&area=23656`), '.chart');
            expect((await page.text('.hint')).includes('địa giới của từng kỳ'), 'it does not say so');
            expect(!standIn.asked.some(line => line.includes('/history?') && line.includes('23656')), 'a code of another map was asked for');
        });
        await check('numbers and dates are written as in Viet Nam', async () => {
            await page.go(year('behind', '&indicator=POV-03'), 'main .big');
            expect(/^\d+,\d\d % [\d.]+\/[\d.]+$/.test(await page.text('.big .v')), await page.text('.big .v'));
            expect((await page.text('.lead')).includes('15/12/2021 đến 14/12/2022'), await page.text('.lead'));
        });
        await check('what a name says is text, never markup', async () => {
            await page.go(year('table', '&area=23656'), 'main .wide');
            expect((await page.all('.wide tbody th a')).some(name => name.includes('<img src=x')), 'the name is not shown');
            expect(!(await page.page.$('main img')), 'a name became an element');
        });
        await check('what was filed and has changed since stands side by side', async () => {
            await page.go(year('reports'));
            await page.click('main tbody tr a');
            await page.page.waitForSelector('.opened tbody tr');
            await page.shot('restated', true);
        });
        await check('a ledger at the district says where it is, and a wrong period what is wrong, in Vietnamese', async () => {
            page.forgiven.push(/status of (404|403|400)/);
            await page.go('#/ledger', '.problem');
            expect((await page.text('.problem')).includes('cổng của xã'), await page.text('.problem'));
            standIn.refuse = { path: /\/table\?.*23656/, status: 403, vi: 'Cần quyền xem thôn, làng.', en: 'Needs a right.' };
            await page.go(year('table', '&area=23656'), '.problem');
            expect((await page.text('.problem')).includes('Không có quyền') && (await page.text('.problem')).includes('Cần quyền xem thôn'), await page.text('.problem'));
            standIn.refuse = null;
            await page.click('.problem button');
            await page.page.waitForSelector('main .wide');
        });
        await check('by keyboard alone: skip, go to the table, sort, open a number', async () => {
            await page.go(year('overview'));
            await page.page.reload();
            await page.settled();
            await page.page.evaluate(() => { document.activeElement.blur(); scrollTo(0, 0); });
            await page.page.keyboard.press('Tab');
            expect(await page.page.evaluate(() => document.activeElement.id) === 'skip', 'the skip link is not first');
            await page.page.keyboard.press('Enter');
            expect(await page.page.evaluate(() => document.activeElement.id) === 'main', 'skipping does not reach the content');
            await tabTo(page, '#nav a[data-key=table]', true);
            await page.page.keyboard.press('Enter');
            await page.page.waitForSelector('main .wide');
            await page.settled();
            expect(await page.page.evaluate(() => document.activeElement.tagName) === 'H1', 'focus is not on the heading');
            await tabTo(page, '.wide thead th:nth-child(2) a');
            await page.page.keyboard.press('Enter');
            await page.page.waitForSelector('.wide th[aria-sort]');
            expect(await page.page.evaluate(() => document.activeElement.classList.contains('sort')), 'focus was lost by sorting');
            expect(await page.page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle) === 'solid', 'focus is not visible');
            await tabTo(page, '.wide td .v');
            await page.page.keyboard.press('Enter');
            await page.page.waitForSelector('main .big');
        });
        await check('nothing moves for whoever asked for less motion', async () => {
            await page.look({ still: true });
            await page.go(year('overview'));
            expect(await page.page.evaluate(() => { const a = document.querySelector('main .v'); a.classList.add('changed'); return getComputedStyle(a).animationName; }) === 'none', 'it moves');
        });
        await check('a slow line: 40 kB/s and half a second away', async () => {
            const slow = await Watched.open(browser, standIn.url);
            await slow.cdp.send('Network.emulateNetworkConditions', { offline: false, latency: 500, downloadThroughput: 40000, uploadThroughput: 20000 });
            const began = Date.now();
            await slow.go(year('overview'), 'main .v');
            console.log(`       the first view after ${Date.now() - began} ms`);
            await slow.click('#nav a[data-key=table]');
            await slow.until(() => document.querySelector('main').getAttribute('aria-busy') === 'true');
            await slow.page.waitForSelector('main .wide');
            await slow.cdp.send('Network.emulateNetworkConditions', { offline: true, latency: 0, downloadThroughput: -1, uploadThroughput: -1 });
            slow.forgiven.push(broken);
            await slow.click('#nav a[data-key=silent]');
            await slow.until(() => /Không nối được/.test(document.querySelector('main .problem')?.textContent || ''));
            await slow.cdp.send('Network.emulateNetworkConditions', { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: -1 });
            await slow.click('.problem button');
            await slow.until(() => document.querySelector('main h1')?.textContent.includes('chưa báo tin'));
            page.complaints.push(...slow.complaints);
            await slow.close();
        });
        await check('nothing complained and nothing left the origin meanwhile', async () => {
            expect(page.foreign.length === 0 && page.complaints.length === 0, [...page.foreign, ...page.complaints].join(' ; '));
        });
    } finally {
        await page.close();
        await standIn.close();
    }
}

async function until(test) {
    const end = Date.now() + 15000;
    while (!test()) {
        if (Date.now() > end) throw new Error(`never: ${test}`);
        await new Promise(done => setTimeout(done, 30));
    }
}
// How long until the number is another one, by the page's own clock.
async function changed(page, cause, before) {
    const seen = page.page.evaluate(before => new Promise(done => {
        const began = performance.now();
        const look = () => (document.querySelector('[data-v^="COM-01|"]').textContent === before ? requestAnimationFrame(look) : done(Math.round(performance.now() - began)));
        look();
    }), before);
    cause();
    return seen;
}
async function tabTo(page, selector, back = false) {
    for (let i = 0; i < 80; ++i) {
        if (back) await page.page.keyboard.down('Shift');
        await page.page.keyboard.press('Tab');
        if (back) await page.page.keyboard.up('Shift');
        if (await page.page.evaluate(selector => document.activeElement.matches(selector), selector)) return;
    }
    throw new Error(`Tab never reaches ${selector}`);
}

export async function officers(browser) {
    const standIn = await new StandIn({ place: '23656', tokens: officerTokens }).listen();
    const page = await Watched.open(browser, standIn.url);
    page.forgiven.push(/status of 401/);
    const story = () => page.go('#/behind?period=2022-Q2&indicator=COM-01', 'main .big');
    // Fills in who, looks again, sends, and gives the receipt.
    const finish = async () => {
        if (await page.page.$('#role')) {
            await page.type('#role', 'LABOUR_OFFICIAL');
            await page.type('#organisation', 'COMMUNE_PEOPLES_COMMITTEE');
        }
        await page.click('#actreview');
        await page.page.waitForSelector('#actsend');
        const posted = standIn.posted.length;
        await page.click('#actsend');
        await page.page.waitForSelector('dialog .receipt, dialog .problem');
        const said = await page.text('dialog .receipt, dialog .problem');
        expect(standIn.posted.length === posted + 1, 'not posted once');
        return said;
    };
    const closed = async () => {
        await page.click('dialog .acts button:last-child');
        await page.until(() => !document.querySelector('dialog'));
    };
    try {
        await check('without a token there is only the way in; a wrong one is told in Vietnamese', async () => {
            await page.go('#/overview?period=2022', '#token');
            await page.shot('sign-in');
            await page.type('#token', 'nonsense');
            await page.click('.sign button');
            await page.until(() => document.querySelector('#signerror').textContent.includes('không đúng'));
            await page.type('#token', 'officer');
            await page.click('.sign button');
            await page.page.waitForSelector('main .v');
            expect((await page.text('.who')).includes('Cán bộ thử nghiệm'), 'the name is missing');
            expect((await page.page.$$eval('#nav a', links => links.map(link => link.dataset.key))).includes('duplicates'), 'no duplicates at a commune');
        });
        await check('correct: a form from the event, a last look, the receipt', async () => {
            await story();
            await page.page.focus('[data-act=correct]');
            await page.page.keyboard.press('Enter');
            await page.page.waitForSelector('dialog #reason');
            const names = await page.all('dialog label, dialog legend');
            for (const name of ['Hình thức *', 'Tổng số lượt người *', 'Nữ']) expect(names.includes(name), `no field ${name}`);
            await page.shot('correct-form');
            await page.click('#actreview');
            expect(!(await page.page.$('#actsend')), 'it went on without a reason');
            await page.type('#reason', 'WRONG_FIGURE');
            await page.page.$$eval('dialog .field', (fields, text) => { const box = fields.find(field => field.textContent.startsWith('Tổng số lượt người')).querySelector('input'); box.value = text; }, '1.045');
            const said = await finish();
            expect(said.includes('Đã nhận và ghi vào sổ') && said.includes('tháng 6/2022'), said);
            const { service, body } = standIn.posted.at(-1);
            expect(service === 'session' && body.correction.action === 'REPLACE' && body.correction.reason === 'WRONG_FIGURE' && body.correction.device === 'phone-1', JSON.stringify(body));
            expect(body.sessionHeld.audience.total === 1045 && body.sessionHeld.audience.female === 20 && body.sessionHeld.topics.length === 2 && !('sequence' in body), JSON.stringify(body));
            await page.shot('receipt');
            await closed();
            await page.until(() => document.activeElement.dataset.act === 'correct');
        });
        await check('void: needs a reason; a refusal is told in the reader\'s language', async () => {
            await story();
            await page.click('[data-act=void]');
            await page.page.waitForSelector('dialog #reason');
            await page.type('#reason', 'DID_NOT_HAPPEN');
            standIn.nextReceipt = { receipt: { verdict: 'REFUSED', reasons: [{ field: 'correction.device', code: 'NOT_YOURS_TO_CORRECT', vi: 'Chỉ thiết bị đã gửi hoặc cán bộ xã được đính chính.', en: 'Only the device that sent it.' }] } };
            const said = await finish();
            expect(said.includes('Không nhận, vì') && said.includes('cán bộ xã được đính chính'), said);
            expect(standIn.posted.at(-1).body.correction.action === 'VOID', 'no VOID');
            await page.shot('refused');
            await closed();
        });
        await check('a receipt that has not come yet is said to be under way', async () => {
            await page.click('[data-act=void]');
            await page.page.waitForSelector('dialog #reason');
            await page.type('#reason', 'ENTERED_TWICE');
            standIn.nextReceipt = { waiting: true };
            expect((await finish()).includes('không cần gửi lần nữa'), 'not said');
            await closed();
        });
        await check('decide a duplicate, with why', async () => {
            await page.go('#/duplicates', '[data-act=same]');
            expect((await page.text('main')).includes('Hội Liên hiệp Phụ nữ') && (await page.text('main')).includes('Tổ chức buổi tuyên truyền'), 'names of the machine');
            await page.shot('duplicates');
            await page.click('[data-act=same]');
            await page.page.waitForSelector('dialog #note');
            await page.type('#note', 'Hai người cùng báo một buổi họp');
            expect((await finish()).includes('Đã nhận'), 'no receipt');
            const { service, body } = standIn.posted.at(-1);
            expect(service === 'session' && body.duplicateDecided.decision === 'SAME' && body.duplicateDecided.device === 'phone-7' && body.duplicateDecided.sameDevice === 'phone-1' && body.note, JSON.stringify(body));
            await closed();
        });
        await check('assign a target: 1.234,5 is 123450 hundredths', async () => {
            await page.go('#/behind?period=2022&indicator=COM-02', '[data-act=assign]');
            await page.click('[data-act=assign]');
            await page.page.waitForSelector('#target');
            await page.type('#target', '1.234,5');
            await page.type('#doc', '12/QĐ-UBND');
            expect((await finish()).includes('Đã nhận'), 'no receipt');
            const { service, body } = standIn.posted.at(-1);
            expect(service === 'monitoring' && body.targetAssigned.value === '123450' && body.targetAssigned.period === '2022' && body.targetAssigned.docNo === '12/QĐ-UBND', JSON.stringify(body));
            await closed();
        });
        await check('file a period: the report\'s revision and digest come back, and it is listed', async () => {
            await page.go('#/reports?period=2022-Q2', '[data-act=file]');
            await page.click('[data-act=file]');
            await page.page.waitForSelector('#looked');
            await page.click('#looked');
            const said = await finish();
            expect(said.includes('Đã chốt quý II/2022, lần 1') && said.includes('SHA-256'), said);
            await closed();
            await page.until(() => [...document.querySelectorAll('main tbody th')].some(th => th.textContent === 'Quý II/2022'));
        });
        await check('a conflict and a broken line while sending are told apart', async () => {
            page.forgiven.push(/status of 409/, broken);
            await story();
            await page.click('[data-act=void]');
            await page.page.waitForSelector('dialog #reason');
            await page.type('#reason', 'WRONG_DATE');
            standIn.refuse = { path: /\/events\?service/, status: 409, vi: 'Sự kiện này vừa được đính chính.', en: 'It was just corrected.' };
            await page.click('#actreview');
            await page.page.waitForSelector('#actsend');
            await page.click('#actsend');
            await page.until(() => document.querySelector('dialog .problem')?.textContent.includes('vừa được đính chính'));
            standIn.refuse = null;
            await page.click('dialog .acts button');
            await page.click('#actreview');
            await page.page.waitForSelector('#actsend');
            await standIn.down();
            await page.click('#actsend');
            await page.until(() => document.querySelector('dialog .problem')?.textContent.includes('không rõ cổng đã nhận chưa'));
            await standIn.up();
            await closed();
        });
        await check('the forms hold on a phone, in the dark, and for axe', async () => {
            await page.page.setViewport({ width: 360, height: 740 });
            await page.look({ dark: true, still: true });
            await story();
            await page.click('[data-act=correct]');
            await page.page.waitForSelector('dialog #reason');
            const width = await page.page.$eval('dialog', node => Math.max(node.scrollWidth - node.clientWidth, document.documentElement.scrollWidth - 360));
            expect(width <= 0, `${width} px too wide`);
            const found = await page.axe();
            expect(found.length === 0, found.join(' ; '));
            await page.shot('form-dark-phone');
            await page.page.keyboard.press('Escape');
            await page.until(() => !document.querySelector('dialog'));
            for (const view of ['#/duplicates', '#/ledger']) {
                await page.go(view);
                const more = await page.axe();
                expect(more.length === 0, `${view}: ${more.join(' ; ')}`);
                expect(await page.page.evaluate(() => document.documentElement.scrollWidth) <= 360, `${view} is too wide`);
            }
            await page.page.setViewport({ width: 1280, height: 900 });
            await page.look();
        });
        await check('signing out leaves nothing behind; a reader has no officer\'s buttons', async () => {
            await page.click('#signout');
            await page.page.waitForSelector('#token');
            expect(!(await page.page.$('main .v')), 'numbers stayed');
            await page.type('#token', 'reader');
            await page.click('.sign button');
            await page.until(() => document.querySelector('.who')?.textContent.includes('Người đọc'));
            await story();
            expect(!(await page.page.$('[data-act=correct], [data-act=assign]')), 'a reader may act');
        });
        await check('nothing complained while officers acted', async () => {
            expect(page.foreign.length === 0 && page.complaints.length === 0, [...page.foreign, ...page.complaints].join(' ; '));
        });
    } finally {
        await page.close();
        await standIn.close();
    }
}
