// SPDX-License-Identifier: Apache-2.0
// What officers do from the page, at a commune: each with who and why, a last look, and the receipt.
import { StandIn, officerTokens } from './stand_in.mjs';
import { Watched, broken, check, expect } from './support.mjs';

export async function officers(browser) {
    const standIn = await new StandIn({ place: '23656', tokens: officerTokens }).listen();
    const page = await Watched.open(browser, standIn.url);
    page.forgiven.push(/status of 401/);
    const story = () => page.go('#/behind?period=2022-Q2&indicator=COM-01', 'main .big');
    // Looks again, sends, and gives the receipt.
    const finish = async () => {
        await page.click('#actreview');
        await page.page.waitForSelector('#actsend');
        expect((await page.text('dialog .facts')).includes('Cán bộ thử nghiệm'), 'it does not say who');
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
            expect(
                (await page.page.$$eval('#nav a', links => links.map(link => link.dataset.key))).includes('duplicates'),
                'no duplicates at a commune',
            );
        });
        await check('correct: a form from the event, a last look, the receipt', async () => {
            await story();
            await page.page.focus('[data-act=correct]');
            await page.page.keyboard.press('Enter');
            await page.page.waitForSelector('dialog #reason');
            const names = await page.all('dialog label, dialog legend');
            for (const name of ['Hình thức *', 'Thời lượng (phút)', 'Tổng số lượt người *', 'Nữ']) expect(names.includes(name), `no field ${name}`);
            await page.shot('correct-form');
            await page.click('#actreview');
            expect(!(await page.page.$('#actsend')), 'it went on without a reason');
            await page.type('#reason', 'WRONG_FIGURE');
            await page.page.$$eval(
                'dialog .field',
                (fields, text) => {
                    const box = fields.find(field => field.textContent.startsWith('Tổng số lượt người')).querySelector('input');
                    box.value = text;
                },
                '1.045',
            );
            const said = await finish();
            expect(said.includes('Đã nhận và ghi vào sổ') && said.includes('Tính vào kỳ tháng 6/2022, từ 15/05/2022 đến 14/06/2022'), said);
            const { service, body } = standIn.posted.at(-1);
            expect(
                service === 'session' &&
                    body.correction.action === 'REPLACE' &&
                    body.correction.reason === 'WRONG_FIGURE' &&
                    body.correction.device === 'phone-1',
                JSON.stringify(body),
            );
            expect(
                body.sessionHeld.audience.total === 1045 &&
                    body.sessionHeld.audience.female === 20 &&
                    body.sessionHeld.topics.length === 2 &&
                    !('sequence' in body),
                JSON.stringify(body),
            );
            await page.shot('receipt');
            await closed();
            await page.until(() => document.activeElement.dataset.act === 'correct');
        });
        await check('the last look of a correction has only what was changed; the note goes on with it', async () => {
            const changed = async edit => {
                await story();
                await page.click('[data-act=correct][data-at="1"]');
                await page.page.waitForSelector('dialog #reason');
                await page.type('#reason', 'WRONG_FIGURE');
                await page.page.evaluate(edit);
                await page.click('#actreview');
                return page.page.$$eval('dialog .changes tbody tr', rows => rows.map(row => [...row.cells].map(cell => cell.textContent).join('|')));
            };
            expect((await changed(() => {})).length === 0 && (await page.text('#acterror')) === 'Chưa sửa mục nào.', 'something was changed');
            await closed();
            const law = () => [...document.querySelectorAll('dialog .tick')].find(tick => tick.textContent.includes('Pháp luật')).firstChild.click();
            const rows = await changed(law);
            const both = 'Vay vốn, Chính sách giảm nghèo';
            expect(rows.join() === `Nội dung|${both}|${both}, Pháp luật`, rows.join(' ; '));
            await page.click('#actsend');
            await page.page.waitForSelector('dialog .receipt');
            const { body } = standIn.posted.at(-1);
            expect(body.sessionHeld.topics.join() === 'CREDIT,POLICY,LAW' && body.note === 'Họp ở nhà rông\nTrời mưa', JSON.stringify(body));
            await closed();
            const noted = await changed(() => {
                document.querySelector('#note').value = 'Họp ở trường';
            });
            expect(noted.join() === 'Ghi chú|Họp ở nhà rông\nTrời mưa|Họp ở trường', noted.join(' ; '));
            await closed();
        });
        await check("void: needs a reason; a refusal is told in the reader's language", async () => {
            await story();
            await page.click('[data-act=void]');
            await page.page.waitForSelector('dialog #reason');
            await page.type('#reason', 'DID_NOT_HAPPEN');
            standIn.nextReceipt = {
                receipt: {
                    verdict: 'REFUSED',
                    reasons: [
                        {
                            field: 'correction.device',
                            code: 'NOT_YOURS_TO_CORRECT',
                            vi: 'Chỉ thiết bị đã gửi hoặc cán bộ xã được đính chính.',
                            en: 'Only the device that sent it.',
                        },
                    ],
                },
            };
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
            expect(
                (await page.text('main')).includes('Hội Liên hiệp Phụ nữ') &&
                    (await page.text('main')).includes('Tổ chức buổi tuyên truyền'),
                'names of the machine',
            );
            const rows = await page.page.$$eval('main table:first-of-type tbody tr', all => all.map(row => [...row.cells].map(c => c.textContent)));
            const of = name => rows.find(row => row[0].startsWith(name))?.join('|');
            expect(of('Tổng số lượt người') === 'Tổng số lượt ngườikhác nhau|45|47|45', of('Tổng số lượt người'));
            expect(/^Ngôn ngữ\|.*Ba-na/.test(of('Ngôn ngữ')), of('Ngôn ngữ'));
            expect((await page.text('main')).includes('phone-9 / 8 (có phần không hiện)'), 'not said that a part is hidden');
            await page.shot('duplicates');
            await page.click('[data-act=same]');
            await page.page.waitForSelector('dialog #note');
            await page.type('#note', 'Hai người cùng báo một buổi họp');
            const said = await finish();
            expect(said.includes('Đã nhận') && said.includes('chỉ tính một lần') && !said.includes('Tính vào'), said);
            const { service, body } = standIn.posted.at(-1);
            expect(
                service === 'session' &&
                    body.duplicateDecided.decision === 'SAME' &&
                    body.duplicateDecided.device === 'phone-7' &&
                    body.duplicateDecided.sameDevice === 'phone-1' &&
                    body.note,
                JSON.stringify(body),
            );
            await closed();
        });
        await check('the ledger names its services as a reader does', async () => {
            await page.go('#/ledger', '.state');
            const said = await page.text('main');
            expect(said.includes('Tuyên truyền') && said.includes('Văn hóa') && !/session|culture/.test(said), said);
            await page.shot('ledger');
        });
        await check('a ledger does not say that nothing is lost while devices have not told what they posted', async () => {
            const { world } = standIn;
            const state = async () => {
                world.bump();
                await page.go('#/overview?period=2022');
                await page.go('#/ledger', '.state');
                return page.page.$eval('.state', node => `${node.className}: ${node.textContent}`);
            };
            world.isBalanced = true;
            let said = await state();
            expect(said.startsWith('state part: ') && said.includes('1 máy chưa từng báo') && !said.includes('không mất tin nào'), said);
            await page.shot('ledger-untold');
            world.isTold = true;
            said = await state();
            expect(said === 'state met: Khớp: không mất tin nào.', said);
            world.isBalanced = world.isTold = false;
            world.bump();
        });
        await check('assign a target: 1.234,5 is 123450 hundredths', async () => {
            await page.go('#/behind?period=2022&indicator=COM-02', '[data-act=assign]');
            await page.click('[data-act=assign]');
            await page.page.waitForSelector('#target');
            await page.type('#target', '1.234,5');
            await page.type('#doc', '12/QĐ-UBND');
            const said = await finish();
            expect(said.includes('Chỉ tiêu này là của năm 2022, từ 15/12/2021 đến 14/12/2022') && !said.includes('Tính vào'), said);
            const { service, body } = standIn.posted.at(-1);
            expect(
                service === 'monitoring' &&
                    body.targetAssigned.value === '123450' &&
                    body.targetAssigned.period === '2022' &&
                    body.targetAssigned.docNo === '12/QĐ-UBND',
                JSON.stringify(body),
            );
            await closed();
        });
        await check('a number that would be rounded is refused beside its field; the last look has what was understood', async () => {
            await page.go('#/behind?period=2022&indicator=COM-01', '[data-act=assign]');
            await page.click('[data-act=assign]');
            await page.page.waitForSelector('#target');
            await page.type('#doc', '13/QĐ-UBND');
            await page.type('#target', '12,345');
            await page.click('#actreview');
            const said = await page.page.$eval('#target', box => box.closest('.field').textContent);
            expect(said.includes('nhiều nhất 2 chữ số sau dấu phẩy, ví dụ 12,25') && said.includes('thì ghi 1.500'), said);
            expect(!(await page.page.$('#actsend')), 'it goes on');
            expect(await page.page.$eval('#target', box => box === document.activeElement && box.ariaInvalid === 'true'), 'not told of its field');
            await page.shot('too-fine');
            await page.type('#target', ' 1500,50');
            await page.click('#actreview');
            await page.page.waitForSelector('#actsend');
            expect((await page.text('dialog .facts')).includes('Chỉ tiêu1.500,5 buổi'), await page.text('dialog .facts'));
            await closed();
            await story();
            await page.click('[data-act=correct]');
            await page.page.waitForSelector('dialog #reason');
            await page.type('#reason', 'WRONG_FIGURE');
            await page.page.$$eval('dialog .field', fields => {
                fields.find(field => field.textContent.startsWith('Thời lượng')).querySelector('input').value = '90,5';
            });
            await page.click('#actreview');
            const whole = await page.page.$eval('#acterror', error => error.closest('.field').textContent);
            expect(whole.startsWith('Thời lượng') && whole.includes('số nguyên'), whole);
            await closed();
        });
        await check("file a period: the report's revision and digest come back, and it is listed", async () => {
            await page.go('#/reports?period=2022-Q2', '[data-act=file]');
            await page.click('[data-act=file]');
            await page.page.waitForSelector('#looked');
            expect(!(await page.page.$eval('#filed-why', box => box.required)), 'a first filing must say why');
            expect((await page.text('#silent')).includes('nơi chưa báo tin nào: '), await page.text('dialog'));
            await page.type('#filed-why', 'Theo công văn 5/UBND');
            await page.click('#looked');
            const said = await finish();
            expect(standIn.posted.at(-1).body.why === 'Theo công văn 5/UBND', JSON.stringify(standIn.posted.at(-1)));
            expect(said.includes('Đã chốt quý II/2022, lần 1') && said.includes('SHA-256'), said);
            expect((await page.text('dialog')).includes('Theo công văn 5/UBND'), 'the receipt does not say why');
            expect((await page.text('dialog')).includes('Chỉ tiêu đã giao của kỳ này không sửa được nữa'), await page.text('dialog'));
            await closed();
            await page.until(() => [...document.querySelectorAll('main tbody th')].some(th => th.textContent === 'Quý II/2022'));
        });
        await check('a conflict and a broken line while sending are told apart', async () => {
            page.forgiven.push(/status of 409/, broken);
            await story();
            await page.click('[data-act=void]');
            await page.page.waitForSelector('dialog #reason');
            await page.type('#reason', 'WRONG_DATE');
            standIn.refuse = {
                path: /\/events\?service/,
                status: 409,
                vi: 'Sự kiện này vừa được đính chính.',
                en: 'It was just corrected.',
            };
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
            await page.until(() => document.querySelector('dialog .problem')?.textContent.includes('không rõ máy chủ đã nhận chưa'));
            await standIn.up();
            await page.click('#actagain'); // under the same key: it is taken once, whether or not it had arrived
            await page.page.waitForSelector('dialog .receipt');
            expect(/^"[0-9a-f]{32}"$/.test(standIn.posted.at(-1).key), `key ${standIn.posted.at(-1).key}`);
            await closed();
        });
        await check('another address closes a form, but not what was sent and may have been taken', async () => {
            const leave = () => page.page.evaluate(() => history.back());
            const review = async () => {
                await page.go('#/overview?period=2022', 'main .glance');
                await page.go('#/behind?period=2022&indicator=COM-02', '[data-act=assign]');
                await page.click('[data-act=assign]');
                await page.page.waitForSelector('#target');
                await page.type('#target', '500');
                await page.type('#doc', '14/QĐ-UBND');
                await page.click('#actreview');
                await page.page.waitForSelector('#actsend');
            };
            const posted = standIn.posted.length;
            await review();
            await leave();
            await page.page.waitForSelector('main .glance');
            expect(!(await page.page.$('dialog')), 'it stands over another view');
            await page.page.keyboard.press('Enter');
            await review();
            await standIn.down();
            await page.click('#actsend');
            await page.page.waitForSelector('#actagain');
            await leave();
            await page.until(() => location.hash.startsWith('#/overview'));
            await standIn.up();
            await page.page.waitForSelector('main .glance');
            await page.click('#actagain');
            await page.page.waitForSelector('dialog .receipt');
            expect(standIn.posted.length === posted + 1 && standIn.posted.at(-1).body.targetAssigned.docNo === '14/QĐ-UBND', 'not what was prepared');
            await page.go('#/files?period=2022', '.downloads');
            expect(!(await page.page.$('dialog')), 'a receipt stands over another view');
        });
        await check('by keyboard: focus comes back to what opened a form, or to the heading when that is gone', async () => {
            const focused = () => page.page.evaluate(() => document.activeElement.id || document.activeElement.dataset.key || document.activeElement.tagName);
            const open = async () => {
                await story();
                await page.page.click('[data-act=correct]');
                await page.page.waitForSelector('dialog #reason');
            };
            const key = async () => page.page.$eval('[data-act=correct]', button => button.dataset.key);
            await open();
            await page.page.keyboard.press('Escape');
            await page.until(() => !document.querySelector('dialog'));
            expect((await focused()) === (await key()), `after leaving on ${await focused()}`);
            await open();
            await page.page.$eval('[data-act=correct]', button => button.replaceWith(button.cloneNode(true)));
            await closed();
            expect((await focused()) === (await key()), `on ${await focused()}, and it stands there anew`);
            await open();
            await page.page.$$eval('[data-act=correct]', all => all.forEach(button => button.remove()));
            await closed();
            expect((await focused()) === 'h1', `on ${await focused()}, and what opened it is gone`);
            await page.page.reload();
            await page.page.waitForSelector('[data-act=correct]');
            await page.until(() => document.querySelector('#link').classList.contains('live'));
            await page.page.focus('[data-act=correct]');
            standIn.withheld = true; // what has focus goes while it is looked at
            standIn.world.bump();
            await page.until(() => !document.querySelector('.tale'));
            expect((await focused()) === 'h1', `on ${await focused()} after what had it went`);
            standIn.withheld = false;
            standIn.world.bump();
            await page.page.waitForSelector('.tale');
        });
        await check('what changes leaves focus on the buttons above', async () => {
            await page.page.focus('#tongue');
            const before = await page.text('main');
            standIn.world.bump();
            await page.until(before => document.querySelector('main').textContent !== before, before);
            expect(await page.page.evaluate(() => document.activeElement.id === 'tongue'), 'focus was lost');
        });
        await check('focus is on the heading after signing in and out', async () => {
            const other = await new StandIn({ place: '23656', tokens: officerTokens, anonymous: true }).listen();
            const second = await Watched.open(browser, other.url);
            const onHeading = () => second.page.waitForFunction(() => document.activeElement.matches('main h1'), { timeout: 3000 });
            await second.go('#/overview?period=2022', 'main .v');
            await second.page.click('#signin');
            await second.page.type('#token', 'officer');
            await second.page.keyboard.press('Enter');
            await second.page.waitForSelector('main .v');
            await onHeading();
            await second.page.click('#signout');
            await second.page.waitForSelector('#signin');
            await onHeading();
            await second.page.click('#signin');
            await second.page.type('#token', 'officer');
            await second.page.click('.sign button');
            await second.page.waitForSelector('main .v');
            await onHeading();
            page.complaints.push(...second.complaints);
            await second.close();
            await other.close();
        });
        for (const anonymous of [true, false])
            await check(`a session that ended with the gateway loses nothing${anonymous ? ', where everybody may read' : ''}`, async () => {
                const other = await new StandIn({ place: '23656', tokens: officerTokens, anonymous }).listen();
                const second = await Watched.open(browser, other.url);
                second.forgiven.push(broken, /status of (401|403|503)/);
                const keys = [];
                second.page.on('request', request => request.url().includes('/events?service') && keys.push(request.headers()['idempotency-key']));
                const signIn = async token => {
                    await second.type('#acttoken', token);
                    await second.click('dialog .sign button');
                };
                await second.signIn('officer');
                await second.go('#/behind?period=2022-Q2&indicator=COM-01', '[data-act=void]');
                await second.click('[data-act=void]');
                await second.page.waitForSelector('dialog #reason');
                await second.type('#reason', 'WRONG_DATE');
                await second.click('#actreview');
                await second.page.waitForSelector('#actsend');
                await other.down();
                other.forget();
                await second.click('#actsend');
                await second.page.waitForSelector('#actagain');
                await other.up();
                await second.page.waitForSelector('main #token'); // the line behind the dialog has found out
                other.refuse = { path: /\/events\?service/, status: 503, vi: 'Máy chủ đang đọc lại dữ liệu.', en: 'Still reading.' };
                await second.click('#actagain');
                await second.until(() => document.querySelector('dialog .p503'));
                other.refuse = null;
                await second.click('#actagain'); // what may have been taken is sent under its key until that is known
                await second.page.waitForSelector('#acttoken');
                const said = await second.text('dialog');
                expect(said.includes('phiên đăng nhập của Cán bộ thử nghiệm đã hết') && said.includes('rồi bấm “Gửi lại”'), said);
                expect(!/quyền/.test(said), said);
                expect(await second.page.evaluate(() => document.activeElement.id === 'acttoken'), 'focus is elsewhere');
                await second.shot(`forgotten-${anonymous}`);
                expect((await second.axe()).length === 0, (await second.axe()).join(' ; '));
                await signIn('reader');
                await second.until(() => document.querySelector('dialog .problem')?.textContent.includes('do Cán bộ thử nghiệm chuẩn bị'));
                await signIn('officer');
                await second.page.waitForSelector('#actagain');
                expect((await second.text('dialog .facts')).includes('Cán bộ thử nghiệm'), 'what is sent is not shown');
                await second.shot('signed-in-again');
                await second.click('#actagain');
                await second.page.waitForSelector('dialog .receipt');
                expect(keys.length === 4 && new Set(keys).size === 1 && keys[0], `keys ${keys}`);
                expect(other.posted.length === 1, `${other.posted.length} posted`);
                await second.until(() => document.querySelector('.who')?.textContent.includes('Cán bộ thử nghiệm'));
                page.complaints.push(...second.complaints);
                await second.close();
                await other.close();
            });
        await check('each event says who, what and how much of the number it is; a correction why and by whom', async () => {
            await page.go('#/behind?period=2022-Q2&indicator=COM-02', '.tale');
            const told = await page.all('.tale > li');
            expect(/Trưởng thôn, làng \(Thôn, làng\)/.test(told[0]) && told[0].includes('Hình thức: Họp thôn, làng'), told[0]);
            expect((await page.all('.adds')).join() === '+41 lượt người,+42 lượt người,+43 lượt người', await page.text('.tale'));
            expect((await page.all('.tale b')).every(text => text.startsWith('Tổng số lượt người: ')), 'another field stands out');
            expect(!(await page.page.$('.tale > li:first-child .instead')), 'a correction of nothing');
            const before = await page.all('.tale .aside');
            expect(before.length === 1 && before[0].includes('Được tính thay cho 1 tin') && before[0].includes('đã được thay'), before.join(' ; '));
            const instead = await page.text('.tale .instead');
            expect(instead.includes('vì: sai số liệu. Do Lãnh đạo xã (UBND xã), tài khoản officer đính chính lúc'), instead);
            expect((await page.text('.tale details')).includes('phone-1 / 1'), 'the device is not folded away');
            expect(!(await page.page.$('.tale details[open]')), 'it is unfolded');
            await page.shot('tale', true);
        });
        await check('events page by page; what is not shown of one cannot be corrected', async () => {
            await story();
            await page.page.evaluate(() => [...document.querySelectorAll('main a')].find(a => a.textContent === 'Các tin tiếp theo').click());
            await page.until(() => document.querySelector('main').textContent.includes('có phần không hiện'));
            expect(!(await page.page.$('[data-act=correct]')), 'it can be corrected');
            expect(await page.page.$('[data-act=void]'), 'it cannot be taken back');
        });
        await check('the forms hold on a phone, in the dark, and for axe', async () => {
            await page.page.setViewport({ width: 360, height: 740 });
            await page.look({ dark: true, still: true });
            await story();
            await page.click('[data-act=correct]');
            await page.page.waitForSelector('dialog #reason');
            const width = await page.page.$eval('dialog', node =>
                Math.max(node.scrollWidth - node.clientWidth, document.documentElement.scrollWidth - 360),
            );
            expect(width <= 0, `${width} px too wide`);
            const found = await page.axe();
            expect(found.length === 0, found.join(' ; '));
            await page.shot('form-dark-phone');
            await page.page.keyboard.press('Escape');
            await page.until(() => !document.querySelector('dialog'));
            for (const view of ['#/duplicates', '#/ledger', '#/behind?period=2022-Q2&indicator=COM-02']) {
                await page.go(view);
                const more = await page.axe();
                expect(more.length === 0, `${view}: ${more.join(' ; ')}`);
                expect((await page.page.evaluate(() => document.documentElement.scrollWidth)) <= 360, `${view} is too wide`);
            }
            await page.page.setViewport({ width: 1280, height: 900 });
            await page.look();
        });
        await check("signing out leaves nothing behind; a reader has no officer's buttons", async () => {
            await page.go('#/files?period=2022', '.downloads');
            expect(await page.page.$('main a[href*="feeds/cells"]'), 'the feed is not named');
            await page.click('#signout');
            await page.page.waitForSelector('#token');
            expect(!(await page.page.$('main .v')), 'numbers stayed');
            await page.type('#token', 'reader');
            await page.click('.sign button');
            await page.until(() => document.querySelector('.who')?.textContent.includes('Người đọc'));
            await story();
            expect(!(await page.page.$('[data-act=correct], [data-act=assign]')), 'a reader may act');
            await page.go('#/files?period=2022', '.downloads');
            expect(!(await page.page.$('main a[href*="feeds/cells"]')), 'a link to what is kept from a reader');
        });
        await check('at a district a target goes to the commune that is looked at', async () => {
            const district = await new StandIn({ tokens: officerTokens }).listen();
            const other = await Watched.open(browser, district.url);
            await other.signIn('officer');
            await other.go('#/behind?period=2022&indicator=COM-02&area=23656', '[data-act=assign]');
            await other.click('[data-act=assign]');
            await other.page.waitForSelector('#target');
            await other.type('#target', '500');
            await other.type('#doc', '12/QĐ-UBND');
            await other.click('#actreview');
            await other.page.waitForSelector('#actsend');
            await other.click('#actsend');
            await other.page.waitForSelector('dialog .receipt');
            expect(district.posted.at(-1).commune === '23656', JSON.stringify(district.posted));
            await other.go('#/behind?period=2022&indicator=COM-02', 'main .big');
            expect(!(await other.page.$('[data-act=assign]')), 'a district has no service that would take it');
            page.complaints.push(...other.complaints);
            await other.close();
            await district.close();
        });
        await check('nothing complained while officers acted', async () => {
            expect(page.foreign.length === 0 && page.complaints.length === 0, [...page.foreign, ...page.complaints].join(' ; '));
        });
    } finally {
        await page.close();
        await standIn.close();
    }
}
