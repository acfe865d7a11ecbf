// SPDX-License-Identifier: Apache-2.0
// Drives the page in a real browser. node drive.mjs [URL [TOKEN]]: see run.
import { living } from './living.mjs';
import { officers } from './officers.mjs';
import { reading } from './reading.mjs';
import { real } from './real.mjs';
import { StandIn } from './stand_in.mjs';
import { launch, results, shots } from './support.mjs';

const [url, token] = process.argv.slice(2);
const browser = await launch();
try {
    if (url === 'gateway') {
        await real(browser);
    } else if (url) {
        await reading(browser, new URL(url).origin, { period: process.env.PERIOD || '2022', token });
    } else {
        const standIn = await new StandIn().listen();
        await reading(browser, standIn.url, { period: '2022' });
        await standIn.close();
        await living(browser);
        await officers(browser);
    }
} finally {
    await browser.close();
}
console.log(`${results.passed} passed, ${results.failed.length} failed; screenshots in ${shots}`);
process.exitCode = results.failed.length ? 1 : 0;
