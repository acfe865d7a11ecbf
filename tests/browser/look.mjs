// SPDX-License-Identifier: Apache-2.0
// Serves the page with made-up figures that change every few seconds, to look at it:
//   node tests/browser/look.mjs [--port 9200] [--commune 23656] [--tokens]     then type: bump, stall, go, restart, quit
import { StandIn, officerTokens } from './stand_in.mjs';

const option = (name, otherwise) => (process.argv.includes(name) ? process.argv[process.argv.indexOf(name) + 1] || true : otherwise);
const standIn = await new StandIn({
    place: option('--commune', '625'),
    tokens: process.argv.includes('--tokens') ? officerTokens : null,
}).listen(Number(option('--port', 0)));
const ticking = setInterval(() => standIn.world.bump('COM-01', `236${['56', '47', '65'][standIn.world.offset % 3]}-01`), 4000);
console.log(`${standIn.url}/#/overview?period=2022   (tokens: ${standIn.tokens ? 'officer, reader' : 'none needed'})`);
process.stdin.on('data', async line => {
    const said = String(line).trim();
    if (said === 'bump') standIn.world.bump();
    if (said === 'stall' || said === 'go') standIn.stalled = said === 'stall';
    if (said === 'restart') await standIn.down().then(() => standIn.up());
    if (said === 'quit') {
        clearInterval(ticking);
        await standIn.close();
        process.stdin.destroy();
    }
});
