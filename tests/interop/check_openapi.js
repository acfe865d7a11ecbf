// SPDX-License-Identifier: Apache-2.0
// The OpenAPI document that a running gateway serves, held against what it answers: a public validating proxy (Prism) stands between,
// and lets nothing pass that the document does not say. The two streams never end, and Prism takes SDMX's JSON for the table's: they do
// not go through it.
//   node check_openapi.js URL TOKEN FOLDER
import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {writeFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {createServer} from 'node:net';
import path from 'node:path';

const [url, token, folder] = process.argv.slice(2);
const prism = path.join(path.dirname(createRequire(import.meta.url).resolve('@stoplight/prism-cli/package.json')), 'dist/index.js');
const streams = ['GET /api/v1/feeds/cells/events', 'GET /api/v1/feeds/cells/websocket'];
const described = await (await fetch(`${url}/openapi.json`)).json();

const freePort = async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const {port} = server.address();
  server.close();
  await once(server, 'close');
  return port;
};

const behind = async (document, requestsToo, look) => {
  const file = path.join(folder, 'openapi.json');
  writeFileSync(file, JSON.stringify(document));
  const port = await freePort();
  const flags = ['--errors', '--host', '127.0.0.1', '--port', String(port), '--validate-request', String(requestsToo)];
  const proxy = spawn(process.execPath, [prism, 'proxy', file, url, ...flags], {stdio: ['ignore', 'pipe', 'inherit']});
  try {
    await new Promise((listens, fails) => {
      let said = '';
      proxy.stdout.on('data', (words) => {
        said += words;
        if (said.includes('Prism is listening')) listens();
      });
      proxy.once('exit', () => fails(new Error(said)));
    });
    await look(`http://127.0.0.1:${port}`);
  } finally {
    proxy.kill();
  }
};

const ask = async (proxy, [method, target, status, body, headers = {}]) => {
  const answer = await fetch(proxy + target, {
    method, signal: AbortSignal.timeout(20_000), body: body && JSON.stringify(body),
    headers: {authorization: `Bearer ${token}`, ...(body ? {'content-type': 'application/json'} : {}), ...headers},
  });
  const text = await answer.text();
  assert.ok(!text.includes('stoplight.io/prism'), `${method} ${target}: ${text.slice(0, 2000)}`);
  assert.equal(answer.status, status, `${method} ${target}: ${text.slice(0, 500)}`);
  return text;
};

const session = {occurredOn: '2022-03-20', village: '23656-01',
                 sessionHeld: {form: 'TALK', topics: ['LAW'], languages: ['BAHNAR'], audience: {total: 30}}};
const questions = [
  ['GET', '/', 200], ['GET', '/page/app.js', 200], ['GET', '/page/nothing.js', 404],
  ['GET', '/openapi.json', 200], ['GET', '/asyncapi.json', 200],
  ['GET', '/problems/parameter', 200], ['GET', '/problems/nothing', 404],
  ['POST', '/api/v1/session', 200, {token}], ['POST', '/api/v1/session', 401, {token: 'nobody'}],
  ['DELETE', '/api/v1/session', 204, undefined, {'x-chieng': '1'}],
  ['GET', '/api/v1/me', 200], ['GET', '/api/v1/me', 401, undefined, {authorization: 'Bearer nobody'}],
  ['POST', '/api/v1/events', 200, session], ['POST', '/api/v1/events', 200, {...session, village: '23656-99'}],
  ['POST', '/api/v1/events', 400, {...session, occurredOn: 7}], ['POST', '/api/v1/events', 400, {occurredOn: '2022-03-20'}],
  ['POST', '/api/v1/reports', 201, {period: '2022-H1', why: 'looked at once more'}],
  ['GET', '/api/v1/places', 200], ['GET', '/api/v1/places?day=2022-01-01', 200], ['GET', '/api/v1/places?day=2022-13-01', 400],
  ['GET', '/api/v1/indicators', 200], ['GET', '/api/v1/indicators/POV-02', 200], ['GET', '/api/v1/indicators/XYZ-1', 404],
  ...['2022', '2022-H1', '2022-Q2', '2022-04'].map((period) => ['GET', `/api/v1/table?period=${period}&cuts=true`, 200]),
  ['GET', '/api/v1/table?period=2022-Q2&calendar=calendar', 200], ['GET', '/api/v1/table?period=2022&area=23656-02', 200],
  ['GET', '/api/v1/table?period=2022-Q2&indicators=COM,SUP&cut=organiser', 200],
  ['GET', '/api/v1/table?period=2022-Q2&indicators=COM-99', 404], ['GET', '/api/v1/table?period=2022-Q2&cut=colour', 404],
  ['GET', '/api/v1/table?period=2022-H1&revision=1', 200], ['GET', '/api/v1/table?period=2022-H1&revision=9', 404],
  ...['adx', 'dhis2'].map((format) => ['GET', `/api/v1/table?period=2022-04&calendar=calendar&format=${format}`, 200]),
  ['GET', '/api/v1/table?period=2022-H1&format=adx', 406],
  ...['csv', 'csv-bom', 'html', 'xlsx', 'sdmx-csv'].map((format) => ['GET', `/api/v1/table?period=2022&format=${format}`, 200]),
  ['GET', '/api/v1/table?period=2022', 406, undefined, {accept: 'image/png'}], ['GET', '/api/v1/table?period=rubbish', 400],
  ['GET', '/api/v1/history?indicator=COM-01&span=MONTH', 200], ['GET', '/api/v1/history?indicator=COM-01&span=MONTH&until=2022-06', 200],
  ['GET', '/api/v1/behind?indicator=COM-01&period=2022-H1', 200], ['GET', '/api/v1/behind?indicator=COM-01&period=2022-H1&after=x', 400],
  ['GET', '/api/v1/reports', 200], ['GET', '/api/v1/reports/2022-H1/1', 200], ['GET', '/api/v1/reports/2022-H1/9', 404],
  ['GET', '/api/v1/silent', 200], ['GET', '/api/v1/ledger', 200], ['GET', '/api/v1/ledger?days=true', 200],
  ['GET', '/api/v1/duplicates', 200],
  ['GET', '/api/v1/feeds/cells', 200], ['GET', '/api/v1/feeds/cells?after=1&limit=2', 200], ['GET', '/api/v1/feeds/cells?after=-1', 400],
];

const operations = Object.entries(described.paths).flatMap(([target, methods]) => Object.keys(methods)
  .map((method) => `${method.toUpperCase()} ${target}`));
const pattern = (operation) => new RegExp(`^${operation.replaceAll('.', '\\.').replaceAll(/\{[^}]+\}/g, '[^/]+')}$`);
const asked = questions.map(([method, target]) => `${method} ${target.split('?')[0]}`);
for (const operation of operations.filter((each) => !streams.includes(each))) {
  assert.ok(asked.some((each) => pattern(operation).test(each)), `nothing asks ${operation}`);
}

const isGood = ([, , status]) => status < 400;
await behind(described, true, async (proxy) => {
  for (const question of questions.filter(isGood)) await ask(proxy, question);
});
await behind(described, false, async (proxy) => {
  for (const question of questions.filter((each) => !isGood(each))) await ask(proxy, question);
});

// The proxy would notice: of a document that says more than is true it lets no answer pass.
const wrong = structuredClone(described);
wrong.paths['/api/v1/me'].get.responses['200'].content['application/json'].schema = {type: 'object', required: ['not-there']};
await behind(wrong, true, (proxy) => assert.rejects(ask(proxy, ['GET', '/api/v1/me', 200]), /not-there/));
console.log(`OpenAPI ${described.openapi}: ${operations.length - streams.length} operations, ${questions.length} questions: as described`);
