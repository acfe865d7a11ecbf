// SPDX-License-Identifier: Apache-2.0
// Checks that need a stand-in that can be told to change, stall, restart or refuse.
import { StandIn } from './stand_in.mjs';
import { Watched, broken, check, expect } from './support.mjs';

const year = (view, more = '') => `#/${view}?period=2022${more}`;
const cell = code => `[data-v^="${code}|"]`;

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
            const total = standIn.world.value(
                standIn.world.definitions.find(one => one.code === 'COM-01'),
                '625',
                { span: 'YEAR', year: 2022, n: 1 },
            ).number;
            await page.until(total => document.querySelector('[data-v^="COM-01|"]').textContent.replace(/\D/g, '') === total, total);
            const asked = standIn.asked.filter(line => line.includes('/table')).length - before;
            console.log(`       ${asked} questions`);
            expect(asked >= 1 && asked <= 10, `${asked} questions`);
        });
        await check('a page that is left lets its connection go, and follows again when one comes back to it', async () => {
            const holds = async count => {
                for (let i = 0; i < 100 && standIn.followers !== count; ++i) await new Promise(done => setTimeout(done, 50));
                expect(standIn.followers === count, `${standIn.followers} connections instead of ${count}`);
            };
            await holds(1);
            await page.page.evaluate(() => dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true })));
            await holds(0);
            await page.page.evaluate(() => dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })));
            await holds(1);
            await page.until(() => document.querySelector('#link').classList.contains('live'));
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
        await check('a gateway that stays away is said plainly, and forgotten when it is back', async () => {
            await page.go(year('overview'), 'main .v');
            await page.page.evaluate(() =>
                import('/page/live.js').then(({ timing }) => {
                    timing.tell = 600;
                }),
            );
            await standIn.down();
            await page.until(() => document.querySelector('#notice').textContent.includes('Số đang hiện là số cũ'));
            expect((await page.text(cell('COM-01'))).length > 0, 'the old number is gone');
            await page.shot('away');
            await standIn.up();
            await page.until(() => document.querySelector('#notice').textContent === '');
        });
        await check("a browser whose clock is a year wrong shows the gateway's days, and says so", async () => {
            for (const wrong of [365, -365]) {
                const other = await Watched.open(browser, standIn.url);
                await other.page.evaluateOnNewDocument(set, Date.parse(`${standIn.world.today}T05:00:00Z`) + wrong * 86400000);
                await other.go(year('overview'), 'main .v');
                expect((await other.text('#clocks')).includes('máy chủ để ngày 20/06/2022'), await other.text('#foot'));
                await other.until(() => document.querySelector('#link').classList.contains('live'));
                const before = await other.text(cell('COM-01'));
                standIn.world.bump('COM-01', '23656-01');
                await other.until(before => document.querySelector('[data-v^="COM-01|"]').textContent !== before, before);
                await other.go('#/overview', 'main .v');
                expect((await other.text('.lead')).includes('Năm 2022'), 'the period is of the wrong clock');
                await other.shot('wrong-clock', true);
                page.complaints.push(...other.complaints);
                await other.close();
            }
            const right = await Watched.open(browser, standIn.url);
            await right.page.evaluateOnNewDocument(set, Date.parse(`${standIn.world.today}T05:00:00Z`));
            await right.go(year('overview'), 'main .v');
            expect(!(await right.page.$('#clocks')), 'a clock that is right is complained of');
            await right.close();
        });
        await check('an indicator is found by a few letters, without marks', async () => {
            await page.go(year('overview'), '#find');
            await page.page.type('#find', 'ho ngheo ty le');
            await page.until(() => document.querySelectorAll('main [data-v]').length < 8);
            expect(
                (await page.all('.glance tbody th')).some(name => name.startsWith('Tỷ lệ hộ nghèo')),
                'not found',
            );
            standIn.world.bump('COM-01', '23656-01'); // a change leaves what was typed
            await page.page.waitForNetworkIdle({ idleTime: 400, concurrency: 1 });
            expect(await page.page.evaluate(() => document.activeElement.id === 'find' && document.activeElement.value !== ''), 'lost');
            await page.shot('found');
            await page.type('#find', 'xyz');
            await page.until(() => document.querySelector('.find').textContent.includes('Không có chỉ số nào'));
            await page.type('#find', '');
            await page.until(() => document.querySelectorAll('main [data-v]').length > 40);
        });
        await check('a line that is silent is given up and made again', async () => {
            await page.page.evaluate(() =>
                import('/page/live.js').then(({ timing }) => {
                    timing.silence = 1200;
                }),
            );
            const before = standIn.asked.filter(line => line.includes('cells/events')).length;
            standIn.stalled = true;
            await page.page.reload();
            await page.page.evaluate(() =>
                import('/page/live.js').then(({ timing }) => {
                    timing.silence = 1200;
                }),
            );
            await standIn.down();
            await standIn.up();
            await page.until(() => document.querySelector('#link').textContent === 'Đang nối lại…');
            await until(() => standIn.asked.filter(line => line.includes('cells/events')).length >= before + 3);
            standIn.stalled = false;
            await page.until(() => document.querySelector('#link').textContent === 'Trực tiếp');
        });
        await check('where nothing can be followed it asks again and again, and says when the gateway is gone', async () => {
            const other = await Watched.open(browser, standIn.url);
            [other, page].forEach(one => one.forgiven.push(broken, /status of 403/));
            standIn.refuse = { path: /cells\/events/, status: 403, vi: 'Không có luồng này.', en: 'No such stream.' };
            await other.page.evaluateOnNewDocument(() =>
                import('/page/live.js').then(({ timing }) => Object.assign(timing, { poll: 400, tell: 600 })),
            );
            await other.go(year('overview'), 'main .v');
            await other.until(() => document.querySelector('#link').textContent === 'Cập nhật mỗi 15 giây');
            const before = await other.text(cell('COM-01'));
            standIn.world.bump('COM-01', '23656-01');
            await other.until(before => document.querySelector('[data-v^="COM-01|"]').textContent !== before, before);
            await standIn.down();
            await other.until(() => document.querySelector('#link').textContent === 'Đang nối lại…');
            await other.until(() => document.querySelector('#notice').textContent.includes('Không nối được với máy chủ'));
            await other.shot('polling-away');
            await standIn.up();
            await other.until(() => document.querySelector('#link').textContent === 'Cập nhật mỗi 15 giây');
            await other.until(() => document.querySelector('#notice').textContent === '');
            standIn.refuse = null;
            await other.until(() => document.querySelector('#link').textContent === 'Trực tiếp');
            page.complaints.push(...other.complaints);
            await other.close();
        });
        await check('a hidden number, one not reported and one without value are words', async () => {
            await page.go(year('table', '&group=EMU'), 'main .wide');
            expect((await page.all('.wide .words')).includes('ẩn vì số nhỏ'), 'suppressed is no word');
            await page.go(year('table'), 'main .wide');
            expect((await page.all('.wide .words')).includes('chưa báo tin'), 'not reported is no word');
            await page.go(year('table', '&group=INS'), 'main .wide');
            expect((await page.all('.wide .words')).includes('không tính được'), 'no value is no word');
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
        await check('a target of some of the places below says so; one of all, or of the place itself, does not', async () => {
            const some = 'chỉ so phần của 1 trong 14 nơi đã được giao chỉ tiêu';
            await page.go(year('overview'), 'main .some');
            expect((await page.all('tr .some')).join() === some, await page.text('tr .some'));
            await page.shot('target-of-some', true);
            await page.go(year('behind', '&indicator=TRN-01'), 'main .big');
            expect((await page.text('[data-key=making]')).includes(some), await page.text('[data-key=making]'));
            await page.go(year('behind', '&indicator=TRN-01&area=23656'), 'main .big');
            expect(!(await page.text('main')).includes('chỉ so phần'), await page.text('[data-key=making]'));
        });
        await check('a number says what it adds up: each event, different things, places', async () => {
            for (const [indicator, words] of [
                ['COM-01', 'Cộng tất cả những gì đã được báo tin'],
                ['SUP-01', 'Đếm số hộ khác nhau'],
                ['COM-09', 'Đếm số hình thức khác nhau'],
                ['PLN-01', 'Đếm số xã đã có ít nhất một tin'],
            ]) {
                await page.go(year('behind', `&indicator=${indicator}`), 'main .big');
                const said = await page.text('[data-key=meaning] li');
                expect(said.startsWith(words), `${indicator}: ${said}`);
                if (indicator === 'SUP-01') await page.shot('different');
            }
        });
        await check('the map of today is asked for, and a line over time says that it has none', async () => {
            await page.go(year('table'), 'main .wide');
            await page.page.select('#map', standIn.world.today);
            await until(() => standIn.asked.some(line => line.includes('/table?') && line.includes(`map=${standIn.world.today}`)));
            await page.until(() => document.querySelector('.lead').textContent.includes('địa giới ngày 20/06/2022'));
            await page.go(year('history', `&indicator=COM-01&map=${standIn.world.today}&area=23656`), '.chart');
            expect((await page.text('.hint')).includes('địa giới của từng kỳ'), 'it does not say so');
            expect(
                !standIn.asked.some(line => line.includes('/history?') && line.includes('23656')),
                'a code of another map was asked for',
            );
        });
        await check('a line over time breaks where the poverty standard changed, and says so', async () => {
            await page.go(year('history', '&indicator=POV-03&span=MONTH'), '.chart');
            const lines = await page.page.$$eval('.chart .line, .chart .dot', nodes => nodes.map(node => node.getAttribute('class')));
            const joined = await page.page.$$eval('.chart .line', nodes =>
                nodes.map(node => node.getAttribute('points').split(' ').length),
            );
            const dots = lines.filter(one => one === 'dot').length;
            expect(joined.reduce((sum, one) => sum + one - 1, 0) === dots - 2, `${dots} points are joined as ${joined}`);
            expect((await page.text('[data-key=standards]')).includes('đổi chuẩn nghèo'), 'it does not say why');
            expect((await page.text('main table')).includes('DECREE_07_2021'), 'a figure stands without its standard');
            await page.shot('standards');
            await page.go(year('history', '&indicator=COM-01&span=MONTH'), '.chart');
            expect(!(await page.page.$('[data-key=standards]')), 'of sessions too');
        });
        await check('numbers and dates are written as in Viet Nam', async () => {
            await page.go(year('behind', '&indicator=POV-03'), 'main .big');
            expect(/^\d+,\d\d % [\d.]+\/[\d.]+$/.test(await page.text('.big .v')), await page.text('.big .v'));
            expect((await page.text('.lead')).includes('15/12/2021 đến 14/12/2022'), await page.text('.lead'));
        });
        await check('what the two numbers of a rate count is said beside them', async () => {
            await page.go(year('behind', '&indicator=POV-03'), 'main .big');
            const said = await page.text('[data-key=making]');
            expect(/Tử số[\d.]+ – Số hộ nghèo/.test(said) && /Mẫu số[\d.]+ – Tổng số hộ/.test(said), said);
            await page.go(year('behind', '&indicator=POV-08'), 'main .big');
            expect((await page.text('[data-key=making]')).includes('lúc cuối kỳ'), await page.text('[data-key=making]'));
        });
        await check('what a name says is text, never markup', async () => {
            await page.go(year('table', '&area=23656'), 'main .wide');
            expect(
                (await page.all('.wide tbody th a')).some(name => name.includes('<img src=x')),
                'the name is not shown',
            );
            expect(!(await page.page.$('main img')), 'a name became an element');
        });
        await check('what was filed and has changed since stands side by side', async () => {
            await page.go(year('reports'));
            await page.click('main tbody tr a');
            await page.page.waitForSelector('.opened tbody tr');
            const rows = await page.page.$$eval('.opened tbody tr', all => all.map(row => [...row.cells].slice(2, 4).map(c => c.textContent)));
            expect(rows.length > 1 && rows.every(([filed, now]) => filed !== now), `nothing differs: ${rows.join(' ; ')}`);
            expect(rows.filter(([, now]) => now.includes('khác ít hơn số hiển thị')).length === 1, rows.join(' ; '));
            expect((await page.text('.opened')).includes('Ngoài ra có 1 số không thay đổi'), await page.text('.opened'));
            await page.shot('restated', true);
        });
        await check('a ledger at the district says where it is, and a wrong period what is wrong, in Vietnamese', async () => {
            page.forgiven.push(/status of (404|403|400)/);
            await page.go('#/ledger', '.problem');
            expect((await page.text('.problem')).includes('máy chủ của xã'), await page.text('.problem'));
            standIn.refuse = { path: /\/table\?.*23656/, status: 403, vi: 'Cần quyền xem thôn, làng.', en: 'Needs a right.' };
            await page.go(year('table', '&area=23656'), '.problem');
            expect(
                (await page.text('.problem')).includes('Không có quyền') && (await page.text('.problem')).includes('Cần quyền xem thôn'),
                await page.text('.problem'),
            );
            standIn.refuse = null;
            await page.click('.problem button');
            await page.page.waitForSelector('main .wide');
        });
        await check("a problem is told in the reader's words: no parameter's name, no address of the machine", async () => {
            page.forgiven.push(/status of (404|400)/);
            await page.go(year('behind', '&indicator=NONE-01'), '.problem');
            let said = await page.text('.problem');
            expect(said.includes('Ở mục chỉ số.') && said.includes('không có chỉ số') && !/api|indicator/.test(said), said);
            await page.go(year('table', '&area=99999'), '.problem');
            said = await page.text('.problem');
            expect(said.includes('Ở mục nơi.') && !said.includes('area'), said);
        });
        await check('who is silent: since when at least, in which days, and whatever period is chosen', async () => {
            await page.go('#/silent?period=2021', 'main table');
            const said = await page.text('main');
            expect(said.includes('kỳ tháng 7/2022, từ 15/06/2022 đến 14/07/2022'), said);
            expect(said.includes('kỳ chọn ở trên không làm nó đổi'), said);
            expect(said.includes('ít nhất 20 ngày') && said.includes('kỳ tháng 2/2022, từ 15/01/2022 đến 14/02/2022'), said);
            await page.shot('silent');
            expect(!(await page.text('main table')).includes('Thôn 1'), 'villages of no commune');
            await page.go('#/silent?area=23656', 'main table');
            expect(standIn.asked.some(line => line.includes('/silent?area=23656')), standIn.asked.slice(-3).join(' ; '));
            expect((await page.text('main')).includes('Xã Lơ Ku'), await page.text('main'));
        });
        await check('in the last days of December the page opens on the year that has ended, which is to be reported', async () => {
            const before = standIn.world.today;
            standIn.world.today = '2022-12-20';
            await page.go('#/overview');
            await page.page.reload();
            await page.settled();
            expect((await page.text('.lead')).includes('từ 15/12/2021 đến 14/12/2022'), await page.text('.lead'));
            standIn.world.today = before;
            await page.page.reload();
            await page.settled();
        });
        await check('by keyboard alone: skip, go to the table, sort, open a number', async () => {
            await page.go(year('overview'));
            await page.page.reload();
            await page.settled();
            await page.page.evaluate(() => {
                document.activeElement.blur();
                scrollTo(0, 0);
            });
            await page.page.keyboard.press('Tab');
            expect((await page.page.evaluate(() => document.activeElement.id)) === 'skip', 'the skip link is not first');
            await page.page.keyboard.press('Enter');
            expect((await page.page.evaluate(() => document.activeElement.id)) === 'main', 'skipping does not reach the content');
            await tabTo(page, '#nav a[data-key=table]', true);
            await page.page.keyboard.press('Enter');
            await page.page.waitForSelector('main .wide');
            await page.settled();
            expect((await page.page.evaluate(() => document.activeElement.tagName)) === 'H1', 'focus is not on the heading');
            await tabTo(page, '.wide thead th:nth-child(2) a');
            await page.page.keyboard.press('Enter');
            await page.page.waitForSelector('.wide th[aria-sort]');
            expect(await page.page.evaluate(() => document.activeElement.classList.contains('sort')), 'focus was lost by sorting');
            expect(
                (await page.page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle)) === 'solid',
                'focus is not visible',
            );
            await tabTo(page, '.wide td .v');
            await page.page.keyboard.press('Enter');
            await page.page.waitForSelector('main .big');
        });
        await check('nothing moves for whoever asked for less motion', async () => {
            await page.look({ still: true });
            await page.go(year('overview'));
            expect(
                (await page.page.evaluate(() => {
                    const a = document.querySelector('main .v');
                    a.classList.add('changed');
                    return getComputedStyle(a).animationName;
                })) === 'none',
                'it moves',
            );
        });
        await check('a slow line: 40 kB/s and half a second away', async () => {
            const slow = await Watched.open(browser, standIn.url);
            await slow.cdp.send('Network.emulateNetworkConditions', {
                offline: false,
                latency: 500,
                downloadThroughput: 40000,
                uploadThroughput: 20000,
            });
            const began = Date.now();
            await slow.go(year('overview'), 'main .v');
            console.log(`       the first view after ${Date.now() - began} ms`);
            await slow.click('#nav a[data-key=table]');
            await slow.until(() => document.querySelector('main').getAttribute('aria-busy') === 'true');
            await slow.page.waitForSelector('main .wide');
            await slow.cdp.send('Network.emulateNetworkConditions', {
                offline: true,
                latency: 0,
                downloadThroughput: -1,
                uploadThroughput: -1,
            });
            slow.forgiven.push(broken);
            await slow.click('#nav a[data-key=silent]');
            await slow.until(() => /Không nối được/.test(document.querySelector('main .problem')?.textContent || ''));
            await slow.cdp.send('Network.emulateNetworkConditions', {
                offline: false,
                latency: 0,
                downloadThroughput: -1,
                uploadThroughput: -1,
            });
            // The page tries again by itself.
            await slow.until(() => document.querySelector('main h1')?.textContent.includes('chưa báo tin'));
            page.complaints.push(...slow.complaints);
            await slow.close();
        });
        await check('a gateway that is not ready when the page is opened is waited for', async () => {
            const early = await Watched.open(browser, standIn.url);
            early.forgiven.push(/status of 503/);
            standIn.refuse = { path: /v1\/me$/, status: 503, vi: 'Máy chủ đang đọc lại dữ liệu.', en: 'Still reading.' };
            await early.go(year('overview'), 'main .problem');
            expect(
                (await early.text('main')).includes('Máy chủ chưa sẵn sàng') && (await early.text('main')).includes('đọc lại'),
                await early.text('main'),
            );
            standIn.refuse = null;
            standIn.world.bump();
            await early.page.waitForSelector('main .v');
            page.complaints.push(...early.complaints);
            await early.close();
        });
        await check('nothing complained and nothing left the origin meanwhile', async () => {
            expect(page.foreign.length === 0 && page.complaints.length === 0, [...page.foreign, ...page.complaints].join(' ; '));
        });
    } finally {
        await page.close();
        await standIn.close();
    }
}

// The clock of a browser that says another time.
function set(now) {
    const began = performance.now();
    const Real = Date;
    globalThis.Date = class extends Real {
        constructor(...parts) {
            super(...(parts.length ? parts : [globalThis.Date.now()]));
        }
        static now() {
            return now + performance.now() - began;
        }
    };
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
    const seen = page.page.evaluate(
        before =>
            new Promise(done => {
                const began = performance.now();
                const look = () =>
                    document.querySelector('[data-v^="COM-01|"]').textContent === before
                        ? requestAnimationFrame(look)
                        : done(Math.round(performance.now() - began));
                look();
            }),
        before,
    );
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
