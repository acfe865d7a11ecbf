# SPDX-License-Identifier: Apache-2.0
"""A client on Python's Paho, which is not ours: posts an event as JSON, reads its receipt and the indicator that it counts in,
over MQTT 3.1.1 and over MQTT 5.    python3 paho_client.py PORT"""
import json
import queue
import sys

import paho.mqtt.client as mqtt

INDICATOR = "chieng/1/areas/23656/indicators/official/2022-04/COM-01"


def post_and_read(port, version, name):
    heard = {INDICATOR: queue.Queue(), f"chieng/1/23656/receipts/{name}": queue.Queue()}
    subscribed = queue.Queue()
    client = mqtt.Client(client_id=name, protocol=version)
    client.on_message = lambda _client, _data, message: heard[message.topic].put(json.loads(message.payload))
    client.on_subscribe = lambda *_: subscribed.put(True)
    client.connect("127.0.0.1", port)
    client.loop_start()
    client.subscribe([(topic, 1) for topic in heard])
    subscribed.get(timeout=20)
    before = 0
    try:
        while True:
            before = int(heard[INDICATOR].get(timeout=1)["data"].get("number", 0))
    except queue.Empty:
        pass
    event = {"sequence": "1", "occurredOn": "2022-03-20", "village": "23656-02", "organisation": "WOMEN", "role": "ASSOCIATION_OFFICER",
             "sessionHeld": {"form": "TALK", "topics": ["LAW"], "languages": ["VIETNAMESE"], "audience": {"total": 30}}}
    body = {"device": name, "commune": "23656", "events": [event]}
    client.publish(f"chieng/1/23656/session/events/{name}", json.dumps(body), qos=1)
    receipt = heard[f"chieng/1/23656/receipts/{name}"].get(timeout=20)
    assert receipt["answers"][0]["verdict"] == "STORED", receipt
    while True:
        value = heard[INDICATOR].get(timeout=20)
        if int(value["data"]["number"]) == before + 1:
            break
    assert value["specversion"] == "1.0" and value["type"] == "chieng.v1.IndicatorValue", value
    client.disconnect()
    client.loop_stop()
    return before + 1


for protocol, words, device in ((mqtt.MQTTv311, "3.1.1", "paho-3"), (mqtt.MQTTv5, "5", "paho-5")):
    count = post_and_read(int(sys.argv[1]), protocol, device)
    print(f"Python's Paho over MQTT {words}: stored; COM-01 of April is {count}, one more")
