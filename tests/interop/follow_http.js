// SPDX-License-Identifier: Apache-2.0
// A subscriber of the feed of cells over HTTP in few lines, which passes tests/interop/conformance: prints each cell that it applies,
// and {"forget":true} when another history begins. The cursor is kept after what it stands for was printed.
//   node follow_http.js URL STATE
import {existsSync, readFileSync, writeFileSync} from 'node:fs';

const [url, state] = process.argv.slice(2);
let cursor = existsSync(state) ? readFileSync(state, 'utf8') : '';

const take = (text) => {
  const field = (name) => text.split('\n').find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
  const data = JSON.parse(field('data') ?? '{}');
  if (field('event') === 'head' && data.reset) console.log('{"forget":true}');
  for (const cell of data.cells ?? []) console.log(JSON.stringify(cell));
  if (field('id')) writeFileSync(state, cursor = field('id'));
};

for (;;) {
  try {
    const response = await fetch(`${url}/api/v1/feeds/cells/events${cursor ? '' : '?after=0'}`, {headers: cursor ? {'Last-Event-ID': cursor} : {}});
    let rest = '';
    for await (const part of response.body.pipeThrough(new TextDecoderStream())) {
      const messages = (rest + part).split('\n\n');
      rest = messages.pop();
      messages.forEach(take);
    }
  } catch (broken) {
    if (broken instanceof SyntaxError) throw broken;
  }
  await new Promise((resolve) => setTimeout(resolve, 300));
}
