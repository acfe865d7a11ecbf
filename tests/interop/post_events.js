// SPDX-License-Identifier: Apache-2.0
// A foreign client in JavaScript: posts events built from our .proto files, in protobuf and in JSON, and reads the receipts.
//   node post_events.js BROKER PROTO_FOLDER
import assert from 'node:assert/strict';
import {createRequire} from 'node:module';
import path from 'node:path';
import mqtt from 'mqtt';
import protobuf from 'protobufjs';

const [broker, protos] = process.argv.slice(2);
const patience = 20_000;

const root = new protobuf.Root();
// Google's own files come with the library, ours from the folder.
const library = path.dirname(createRequire(import.meta.url).resolve('protobufjs/package.json'));
root.resolvePath = (origin, target) => path.join(target.startsWith('google/') ? library : protos, target);
await root.load(['chieng/v1/event.proto', 'chieng/v1/receipt.proto']);
const Events = root.lookupType('chieng.v1.Events');
const Receipt = root.lookupType('chieng.v1.Receipt');

const session = (sequence, total) => ({
  sequence, occurredOn: '2022-03-20', village: '23656-02', organisation: 'WOMEN', role: 'ASSOCIATION_OFFICER',
  sessionHeld: {form: 'TALK', topics: ['LAW'], languages: ['VIETNAMESE'], audience: {total, female: 20}},
});
const message = (device, ...events) => ({device, commune: '23656', events});

// The numbers of an answer: the first, then how much each next one is above the one before.
const numbers = (answer) => {
  let at = 0;
  return (answer.sequences ?? []).map((above) => at += Number(above));
};
const summary = (receipt) => (receipt.answers ?? []).map((answer) => ({
  verdict: answer.verdict, first: answer.first, numbers: numbers(answer), month: answer.month,
  codes: (answer.reasons ?? []).map((reason) => reason.code), vi: (answer.reasons ?? []).map((reason) => reason.vi),
}));

const client = await mqtt.connectAsync(broker, {protocolVersion: 4, clean: true});
const heard = [];
let wake = () => {};
client.on('message', (topic, payload) => { heard.push({device: topic.split('/').pop(), payload}); wake(); });
await client.subscribeAsync('chieng/1/23656/receipts/+', {qos: 1});

// Posts until a receipt comes: the service may not be there yet, and repeating is safe.
const post = async (device, payload) => {
  const deadline = Date.now() + patience;
  while (Date.now() < deadline) {
    await client.publishAsync(`chieng/1/23656/session/events/${device}`, payload, {qos: 1});
    const next = Math.min(Date.now() + 2000, deadline);
    while (Date.now() < next) {
      const at = heard.findIndex((one) => one.device === device);
      if (at >= 0) return heard.splice(at, 1)[0].payload;
      await new Promise((resolve) => { wake = resolve; setTimeout(resolve, 200); });
    }
  }
  throw new Error(`no receipt for ${device} within ${patience} ms`);
};
const encoded = (object) => Buffer.from(Events.encode(Events.fromObject(object)).finish());
const decoded = (payload) => summary(Receipt.toObject(Receipt.decode(payload), {enums: String, longs: Number}));
const stood = (answer) => answer.verdict === 'STORED' || (answer.verdict === 'DUPLICATE' && answer.first === 'STORED');

const two = encoded(message('js-1', session(1, 30), session(2, 31)));
let [answer] = decoded(await post('js-1', two));
assert.ok(stood(answer), JSON.stringify(answer));
assert.deepEqual([answer.numbers, answer.month], [[1, 2], 202204]);
console.log('protobuf: two events are stored and count in month', answer.month);

[answer] = decoded(await post('js-1', two));
assert.deepEqual([answer.verdict, answer.first, answer.numbers], ['DUPLICATE', 'STORED', [1, 2]]);
console.log('protobuf: sent again, they are known and get the first verdict');

[answer] = decoded(await post('js-1', encoded(message('js-1', session(3, 10)))));
assert.deepEqual([answer.numbers, answer.codes], [[3], ['ABOVE_TOTAL']]);
console.log('protobuf: a part above its total is refused:', answer.vi[0]);

const text = (await post('js-2', JSON.stringify(message('js-2', session(1, 30))))).toString();
[answer] = summary(JSON.parse(text));
assert.ok(stood(answer), text);
assert.deepEqual([answer.numbers, answer.month], [[1], 202204]);
console.log('JSON: one event is stored, and its receipt is JSON');

await client.endAsync();
