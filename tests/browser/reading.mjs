// SPDX-License-Identifier: Apache-2.0
// Checks that only read: they hold of a stand-in and of a real gateway.
import { Watched, check, expect, shots } from './support.mjs';

const wide = { width: 1280, height: 900 };
const phone = { width: 360, height: 740 };

export async function reading(browser, origin, { period, token }) {
    const at = (view, more = '') => `#/${view}?period=${period}${more}`;
    const open = async options => {
        const page = await Watched.open(browser, origin, options);
        page.forgiven.push(/status of 401/);
        if (token) await page.signIn(token);
        return page;
    };
    const seen = [];
    let page = await open(wide);
    seen.push(page);
    let indicator = 'COM-01';

    await check('the first visit is small, in Vietnamese and complete', async () => {
        await page.go(at('overview'));
        console.log(`       ${page.requests} requests, ${page.bytes} bytes over the wire, ${page.plain} unpacked`);
        expect(page.bytes > 5000 && page.bytes <= 150000, `${page.bytes} bytes`);
        expect((await page.page.$eval('html', node => node.lang)) === 'vi', 'the language is not vi');
        expect((await page.text('main h1')).includes('toàn cảnh'), 'the heading is not Vietnamese');
        expect((await page.all('main table')).length > 3, 'groups are missing');
        indicator = await page.page.$eval('main .v', node => new URLSearchParams(node.hash.split('?')[1]).get('indicator'));
        await page.shot('overview-light');
    });
    await check('the line is live and says so', () => page.until(() => document.querySelector('#link').textContent === 'Trực tiếp'));
    await check('English is a switch, and remembered', async () => {
        await page.click('#tongue');
        await page.until(() => document.querySelector('main h1').textContent.includes('at a glance'));
        expect((await page.page.$eval('html', node => node.lang)) === 'en', 'lang stays');
        await page.page.reload();
        await page.until(() => document.querySelector('main h1')?.textContent.includes('at a glance'));
        await page.click('#tongue');
        await page.until(() => document.querySelector('main h1').textContent.includes('toàn cảnh'));
    });
    await check('the table is one for a screen reader, sorts, and keeps its heads in sight', async () => {
        await page.go(at('table'), 'main .wide');
        const heads = await page.page.$$eval('.wide thead th', nodes => nodes.map(node => node.scope));
        expect(heads.length > 2 && heads.every(scope => scope === 'col'), 'heads without scope');
        expect(await page.page.$$eval('.wide tbody th', nodes => nodes.every(node => node.scope === 'row')), 'rows without scope');
        const before = await page.all('.wide tbody tr:not(.whole) th');
        await page.click('.wide thead th:nth-child(2) a');
        await page.until(() => document.querySelector('.wide th[aria-sort=descending]'));
        const numbers = await page.page.$$eval('.wide tbody tr:not(.whole) td:nth-child(2) .v:not(.words)', nodes =>
            nodes.map(node => Number(node.firstChild.data.replace(/[^\d,]/g, '').replace(',', '.'))),
        );
        expect(
            numbers.every((n, i) => i === 0 || n <= numbers[i - 1]),
            `not descending: ${numbers}`,
        );
        expect(before.length === (await page.all('.wide tbody tr:not(.whole) th')).length, 'rows were lost');
        const stuck = await page.page.evaluate(() => {
            const box = document.querySelector('.box');
            box.style.maxHeight = '300px';
            box.scrollTo(200, 200);
            const top = box.getBoundingClientRect();
            const head = box.querySelector('thead th').getBoundingClientRect();
            return Math.abs(head.top - top.top) < 3 && Math.abs(head.left - top.left) < 3;
        });
        expect(stuck, 'the heads scroll away');
        await page.shot('table-light');
    });
    await check('a place opens to what is inside', async () => {
        await page.go(at('table'), 'main .wide');
        const name = await page.text('.wide tbody tr:nth-child(2) th a');
        await page.click('.wide tbody tr:nth-child(2) th a');
        await page.until(name => document.querySelector('main h1')?.textContent.includes(name), name);
        expect((await page.all('.crumbs a')).length === 1, 'no way back up');
    });
    await check('a number tells its story', async () => {
        await page.go(at('behind', `&indicator=${indicator}`), 'main .big');
        const text = await page.text('main');
        for (const part of ['Con số này là gì', 'Tính thế nào', 'Đã chốt']) expect(text.includes(part), `without “${part}”`);
        expect(/ là |: /.test(await page.text('.sentence')), 'without a sentence');
        await page.shot('behind-light', true);
    });
    await check('a line over periods stands beside the same numbers', async () => {
        await page.go(at('history', `&indicator=${indicator}`), 'main .chart, main .hint');
        expect((await page.all('main table tbody tr')).length >= 6, 'too few periods');
        expect(
            !(await page.page.$('.chart')) || (await page.page.$eval('.chart', node => node.getAttribute('aria-label'))).length > 20,
            'the line has no words',
        );
        await page.shot('history-light', true);
    });
    await check('reports, the silent and the files are there', async () => {
        await page.go(at('reports'));
        await page.go(at('silent'));
        await page.go(at('files'), '.downloads');
        const links = await page.page.$$eval('.downloads a', nodes => nodes.map(node => node.href));
        for (const format of ['xlsx', 'csv-bom', 'csv', 'html', 'json', 'sdmx-csv', 'sdmx-json'])
            expect(
                links.some(link => link.endsWith(`format=${format}`)),
                `no ${format}`,
            );
        expect(!links.some(link => link.includes('dhis2')), 'DHIS2 for an official window');
        await page.go(at('files', '&calendar=calendar'), '.downloads');
        expect(
            (await page.page.$$eval('.downloads a', nodes => nodes.filter(node => /format=(dhis2|adx)$/.test(node.href)).length)) === 2,
            'DHIS2 and ADX are missing',
        );
    });

    const views = [
        at('overview'),
        at('table', '&group=all'),
        at('history', `&indicator=${indicator}`),
        at('behind', `&indicator=${indicator}`),
        at('reports'),
        at('silent'),
        at('files'),
    ];
    const small = await open(phone);
    seen.push(small);
    await check('nothing is wider than a 360 px phone, in either language', async () => {
        for (const tongue of ['vi', 'en']) {
            await small.go(views[0]);
            if (tongue === 'en') await small.click('#tongue');
            for (const view of views) {
                await small.go(view);
                const width = await small.page.evaluate(() => Math.max(document.documentElement.scrollWidth, document.body.scrollWidth));
                expect(width <= 360, `${view} in ${tongue} is ${width} px wide`);
                if (tongue === 'vi') await small.shot(`phone-${view.slice(2).split('?')[0]}`);
            }
        }
        await small.click('#tongue');
    });
    await check('on a phone calendar and map come when they are asked for, and stay when they were changed', async () => {
        const shown = () => small.page.$eval('#calendar', box => box.offsetParent !== null);
        await small.go(views[0]);
        expect(!(await shown()), 'it is there at first');
        await small.click('#more');
        expect(await shown(), 'it does not come');
        expect((await small.page.$eval('#more', button => button.getAttribute('aria-expanded'))) === 'true', 'not said');
        await small.click('#more');
        expect(!(await shown()), 'it does not go');
        await small.go(`${views[0]}${views[0].includes('?') ? '&' : '?'}calendar=calendar`);
        expect(await shown(), 'what was changed is out of sight');
    });
    for (const [name, look, size] of [
        ['light', {}, wide],
        ['dark', { dark: true }, wide],
        ['a dark phone', { dark: true }, phone],
    ]) {
        await check(`axe finds nothing (WCAG 2.1 AA, contrast included): ${name}`, async () => {
            await page.page.setViewport(size);
            await page.look({ still: true, ...look });
            for (const view of views) {
                await page.go(view);
                const found = await page.axe();
                expect(found.length === 0, `${view}: ${found.join(' ; ')}`);
                if (name === 'dark') await page.shot(`dark-${view.slice(2).split('?')[0]}`);
            }
        });
    }
    await check('it prints without the controls', async () => {
        await page.page.setViewport(wide);
        await page.look({ media: 'print' });
        for (const view of [views[0], at('table')]) {
            await page.go(view);
            const shown = await page.page.$$eval('#nav, #controls, .tabs, .who, .link', nodes =>
                nodes.filter(node => node.offsetParent !== null).map(node => node.id || node.className),
            );
            expect(shown.length === 0, `printed: ${shown}`);
            const pdf = await page.page.pdf({ path: `${shots}/${view.slice(2).split('?')[0]}.pdf`, format: 'A4', preferCSSPageSize: true });
            const [, across, down] = /\/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]/.exec(Buffer.from(pdf).toString('latin1')).map(Number);
            expect(across > down === (view !== views[0]), `${view} is printed ${across} by ${down}`);
            await page.shot(`print-${view.slice(2).split('?')[0]}`, true);
        }
        await page.look();
    });
    await check('no request left the origin and nothing complained', async () => {
        const foreign = seen.flatMap(one => one.foreign),
            complaints = seen.flatMap(one => one.complaints);
        expect(foreign.length === 0, `asked ${foreign}`);
        expect(complaints.length === 0, complaints.join(' ; '));
    });
    for (const one of seen) await one.close();
}
