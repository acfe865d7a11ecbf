// SPDX-License-Identifier: Apache-2.0
// The feed contract, played against a subscriber: see the script `conformance` beside it.
//   node conformance.js mqtt|http PROTO_FOLDER FOLDER COMMAND…   (BROKER, URL and STATE in the command are filled in)
import {spawn} from 'node:child_process';
import {writeFileSync} from 'node:fs';
import http from 'node:http';
import {createRequire} from 'node:module';
import net from 'node:net';
import path from 'node:path';
import readline from 'node:readline';
import mqtt from 'mqtt';
import protobuf from 'protobufjs';

const [transport, protos, folder, ...command] = process.argv.slice(2);
const patience = 90_000;
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const freePort = () => new Promise((resolve) => {
  const server = net.createServer().listen(0, '127.0.0.1', () => { const {port} = server.address(); server.close(() => resolve(port)); });
});

const listens = (port) => new Promise((resolve) => {
  const socket = net.connect(port, '127.0.0.1', () => { socket.destroy(); resolve(true); }).on('error', () => resolve(false));
});

// The table of latest values that is told. Its cells are named by village, period and indicator.
const feed = {
  epoch: 11, last: 0, cells: new Map(),
  set(village, period, number) {
    this.cells.set(`${village} ${period}`, {offset: ++this.last, area: `23656-${village}`, period, indicator: 'COM-01', number: String(number)});
  },
  begin(epoch) { this.epoch = epoch; this.last = 0; this.cells.clear(); },
  after(offset) { return [...this.cells.values()].filter((cell) => cell.offset > offset).sort((a, b) => a.offset - b.offset); },
};

// What is said over MQTT: blocks in protobuf, a retained head, answers to requests.
const overMqtt = async () => {
  const root = new protobuf.Root();
  const library = path.dirname(createRequire(import.meta.url).resolve('protobufjs/package.json'));
  root.resolvePath = (origin, target) => path.join(target.startsWith('google/') ? library : protos, target);
  await root.load('chieng/v1/feed.proto');
  const [Block, Head, Request] = ['Block', 'Head', 'Request'].map((name) => root.lookupType(`chieng.v1.${name}`));
  const bytes = (type, object) => Buffer.from(type.encode(type.fromObject(object)).finish());
  const topic = 'chieng/1/625/feeds/cells';
  const port = await freePort();
  writeFileSync(`${folder}/mosquitto.conf`, `listener ${port} 127.0.0.1\nallow_anonymous true\npersistence false\n`);
  let broker, client, deaf = 0;
  const block = (first, last, cells) => bytes(Block, {epoch: feed.epoch, first, last, cells: cells.map(({offset, ...cell}) => cell)});
  const open = async () => {
    broker = spawn('/usr/sbin/mosquitto', ['-c', `${folder}/mosquitto.conf`], {stdio: 'ignore'});
    while (!(await listens(port))) await pause(50);
    client = await mqtt.connectAsync(`mqtt://127.0.0.1:${port}`, {protocolVersion: 4, reconnectPeriod: 100});
    client.on('message', (from, payload) => {
      if (deaf > 0) { --deaf; return; }
      const after = Number(Request.decode(payload).after);
      const to = `${topic}/replies/${from.split('/').pop()}`;
      const found = feed.after(after);
      let first = after + 1;
      for (const cell of found) {  // a block each, so that one may be repeated
        client.publish(to, block(first, cell.offset, [cell]), {qos: 1});
        first = cell.offset + 1;
      }
      if (first <= feed.last || found.length === 0) client.publish(to, block(first, feed.last, []), {qos: 1});
    });
    await client.subscribeAsync(`${topic}/requests/+`, {qos: 1});
  };
  const self = {
    address: `tcp://127.0.0.1:${port}`,
    head: () => client.publishAsync(`${topic}/head`, bytes(Head, {epoch: feed.epoch, last: feed.last}), {qos: 1, retain: true}),
    tell: (first) => { const told = block(first, feed.last, feed.after(first - 1)); return client.publishAsync(topic, told, {qos: 1}).then(() => told); },
    raw: (told) => client.publishAsync(topic, told, {qos: 1}),
    missAnswers: (count) => { deaf = count; },
    restart: async () => {
      await client.endAsync(true);
      broker.kill('SIGKILL');
      await new Promise((resolve) => broker.once('exit', resolve));
      await open();
      await self.head();
    },
    close: async () => { await client.endAsync(true); broker.kill(); },
  };
  await open();
  return self;
};

// The same as Server-Sent Events and as pages.
const overHttp = async () => {
  const streams = new Set();
  let last = 3;  // told so far: a stream has no gaps
  const message = (event, id, data) => `id: ${feed.epoch}-${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
  const cells = (after) => message('cells', feed.last, {epoch: String(feed.epoch), last: feed.last, cells: feed.after(after)});
  const server = http.createServer((request, response) => {
    const url = new URL(request.url, 'http://feed');
    const [epoch, offset] = (request.headers['last-event-id'] ?? `${url.searchParams.get('epoch') ?? feed.epoch}-${url.searchParams.get('after') ?? feed.last}`)
      .split('-').map(Number);
    const other = epoch !== feed.epoch || offset > feed.last;
    if (url.pathname === '/api/v1/feeds/cells') {
      response.writeHead(other ? 409 : 200, {'Content-Type': other ? 'application/problem+json' : 'application/json'});
      return response.end(JSON.stringify(other ? {epoch: String(feed.epoch), last: feed.last} : {epoch: String(feed.epoch), first: offset + 1, last: feed.last, more: false, cells: feed.after(offset)}));
    }
    response.writeHead(200, {'Content-Type': 'text/event-stream'});
    const at = other ? 0 : offset;
    response.write(message('head', at, {epoch: String(feed.epoch), last: feed.last, after: at, reset: other}));
    if (at < feed.last) response.write(cells(at));
    last = feed.last;
    streams.add(response);
    return response.on('close', () => streams.delete(response));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = () => { for (const stream of streams) stream.destroy(); };
  return {
    address: `http://127.0.0.1:${server.address().port}`,
    head: async () => {},
    tell: async () => { const told = cells(last); last = feed.last; for (const stream of streams) stream.write(told); },
    half: async () => { for (const stream of streams) stream.write(cells(0).slice(0, 40)); await pause(200); cut(); },
    missAnswers: () => {},
    restart: async () => cut(),
    close: async () => { cut(); server.close(); },
  };
};

// The subscriber: what it printed, as a table.
const subscriber = {
  table: new Map(), process: null,
  start(address) {
    const words = command.map((word) => word.replace(/BROKER|URL/, address).replace('STATE', `${folder}/state`));
    this.process = spawn(words[0], words.slice(1), {stdio: ['ignore', 'pipe', 'inherit']});
    readline.createInterface({input: this.process.stdout}).on('line', (line) => {
      const cell = JSON.parse(line);
      if (cell.forget) return this.table.clear();
      return this.table.set(`${cell.area.split('-')[1]} ${cell.period}`, String(cell.number ?? 0));
    });
  },
  async kill() {
    this.process.kill('SIGKILL');
    await new Promise((resolve) => this.process.once('exit', resolve));
  },
};

const shown = (table) => [...table].map(([name, number]) => `${name}=${number}`).sort().join(' ');
const settled = async (rule) => {
  const wanted = shown(new Map([...feed.cells].map(([name, cell]) => [name, cell.number])));
  for (const until = Date.now() + patience; Date.now() < until; await pause(100)) {
    if (subscriber.process.exitCode !== null) throw new Error(`${rule}: the subscriber ended`);
    if (shown(subscriber.table) === wanted) { console.log(`  ${rule}`); return; }
  }
  throw new Error(`${rule}\n  wanted ${wanted}\n  but is ${shown(subscriber.table)}`);
};

const feedSide = await (transport === 'mqtt' ? overMqtt() : overHttp());
try {
  for (const village of ['01', '02', '03']) feed.set(village, '2022-03b', 1);
  await feedSide.head();
  subscriber.start(feedSide.address);
  await settled('what was told before it came is asked for');

  feed.set('04', '2022-03b', 4);
  feed.set('01', '2022-03b', 5);
  const old = await feedSide.tell(4);
  await settled('a change is applied');

  feed.set('05', '2022-03b', 6);  // never told
  feed.set('01', '2022-03b', 7);
  await feedSide.tell(7);
  await settled(transport === 'mqtt' ? 'a gap is noticed and filled' : 'two changes at once are applied');

  if (transport === 'mqtt') {
    await feedSide.raw(old);
    await feedSide.raw(Buffer.from('\xff\xfe no block', 'latin1'));
    feed.set('02', '2022-04a', 8);
    await feedSide.tell(8);
    await settled('a block that comes again, and one that cannot be read, change nothing');
  } else {
    await feedSide.half();
    feed.set('02', '2022-04a', 8);
    await settled('half a message is none: it comes again on the next line');
  }

  await subscriber.kill();
  feed.set('06', '2022-04a', 9);
  feed.set('01', '2022-03b', 10);
  await feedSide.head();
  feedSide.missAnswers(1);  // the first request is lost
  subscriber.start(feedSide.address);
  await settled('killed, it goes on where it was, and asks again when no answer comes');

  await feedSide.restart();
  feed.set('03', '2022-04b', 11);
  await feedSide.head();
  await pause(500);
  await feedSide.tell(feed.last);
  await settled('the broker, or the line, begins anew and it is there again');

  feed.begin(12);
  feed.set('01', '2022-03b', 12);
  feed.set('07', '2022-03b', 13);
  await feedSide.head();
  if (transport === 'http') await feedSide.restart();
  await settled('another epoch is another history: all that came before is forgotten');

  await subscriber.kill();
  feed.begin(13);
  for (let n = 1; n <= 20; ++n) feed.set(String(10 + n), '2022-05a', n);
  await feedSide.head();
  subscriber.start(feedSide.address);
  await settled('the same when the epoch changed while it was away');

  feed.set('11', '2022-05a', 0);
  await feedSide.tell(feed.last);
  await settled('a value that falls to 0 is applied');
  console.log(`conformance over ${transport}: passed`);
} catch (failed) {
  console.error(`conformance over ${transport}: FAILED: ${failed.message}`);
  process.exitCode = 1;
} finally {
  if (subscriber.process?.exitCode === null) await subscriber.kill();
  await feedSide.close();
}
