// SPDX-License-Identifier: Apache-2.0
// A client over MQTT 5 with the CloudEvents SDK: posts an event in structured mode, reads its receipt and the indicator that it
// counts in, which is a CloudEvent too; and holds what came against the schemas of the AsyncAPI document.
//   node cloud_events.js BROKER ASYNCAPI_FILE
import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import Ajv from 'ajv';
import addFormats from 'ajv-formats';
import {CloudEvent, MQTT} from 'cloudevents';
import mqtt from 'mqtt';

const [broker, file] = process.argv.slice(2);
const ajv = addFormats(new Ajv({strict: false}));
ajv.addSchema({components: JSON.parse(readFileSync(file, 'utf8')).components}, 'asyncapi');
const fits = (name, value) => {
  const check = ajv.getSchema(`asyncapi#/components/messages/${name}/payload`);
  assert.ok(check(value), `${name}: ${ajv.errorsText(check.errors)}`);
};

const client = await mqtt.connectAsync(broker, {protocolVersion: 5, clean: true});
const heard = new Map();
let wake = () => {};
client.on('message', (topic, payload) => { heard.set(topic, payload.toString()); wake(); });
const indicator = 'chieng/1/areas/23656/indicators/official/2022-04/COM-01';
const receipts = 'chieng/1/23656/receipts/js5';
await client.subscribeAsync([indicator, receipts], {qos: 1});

const until = async (what, find) => {
  const deadline = Date.now() + 20_000;
  for (let found; Date.now() < deadline;) {
    if ((found = find()) !== undefined) return found;
    await new Promise((resolve) => { wake = resolve; setTimeout(resolve, 200); });
  }
  throw new Error(`${what} did not come`);
};
const read = (text) => MQTT.toEvent({PUBLISH: {'Content Type': 'application/cloudevents+json'}, 'User Properties': {}, headers: {},
                                     payload: text, body: text});
const number = () => heard.has(indicator) ? Number(read(heard.get(indicator)).data.number ?? 0) : 0;
await new Promise((resolve) => setTimeout(resolve, 500));  // for what is retained
const before = number();

const event = new CloudEvent({
  source: '/chieng/1/23656/js5', id: '1', type: 'chieng.v1.Event', datacontenttype: 'application/json',
  data: {occurredOn: '2022-03-20', village: '23656-02', organisation: 'WOMEN', role: 'ASSOCIATION_OFFICER',
         sessionHeld: {form: 'TALK', topics: ['LAW'], languages: ['VIETNAMESE'], audience: {total: 30}}},
});
const message = MQTT.structured(event);
await client.publishAsync('chieng/1/23656/session/events/js5', JSON.stringify(message.payload),
                          {qos: 1, properties: {contentType: message.PUBLISH['Content Type']}});
const receipt = JSON.parse(await until('a receipt', () => heard.get(receipts)));
fits('ReceiptJson', receipt);
assert.equal(receipt.answers[0].verdict, 'STORED');
console.log('CloudEvents over MQTT 5: the event is stored, and its receipt fits the AsyncAPI document');

await until('the indicator', () => number() === before + 1 ? true : undefined);
const value = read(heard.get(indicator));
assert.ok(value.validate());
fits('IndicatorValueCloudEvent', JSON.parse(heard.get(indicator)));
assert.deepEqual([value.type, value.source], ['chieng.v1.IndicatorValue', '/chieng/1/23656/gateway']);
console.log(`CloudEvents over MQTT 5: COM-01 of April is ${number()}, one more; the SDK finds the event valid, ajv that it fits`);
await client.endAsync();
