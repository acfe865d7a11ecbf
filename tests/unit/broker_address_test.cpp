// SPDX-License-Identifier: Apache-2.0
#include "services/runtime/core/broker_address.hpp"

#include <catch2/catch.hpp>

namespace broker_address_test {

using chieng::is_broker_address;
using chieng::is_secure_broker;

TEST_CASE("a broker is named with its scheme, host and port") {
    const auto* address = GENERATE("tcp://127.0.0.1:1883", "tcp://mosquitto:1", "tcp://broker-1.kbang.gov.vn:65535",
                                   "mqtt://localhost:1883", "ssl://broker:8883", "mqtts://broker:8883", "tcp://[::1]:1883");
    INFO(address);
    CHECK(is_broker_address(address));
}

TEST_CASE("what no broker can be reached at is no address") {
    const auto* address = GENERATE("", "127.0.0.1", "127.0.0.1:1883", "tpc://127.0.0.1:1883", "http://127.0.0.1:1883", "tcp:127.0.0.1:1883",
                                   "TCP://127.0.0.1:1883", "mqtt://x", "tcp://127.0.0.1", "tcp://:1883", "tcp://[]:1883", "tcp://::1:1883",
                                   "tcp://[::1]", "tcp://127.0.0.1:", "tcp://127.0.0.1:0", "tcp://127.0.0.1:65536", "tcp://127.0.0.1:99999",
                                   "tcp://127.0.0.1:-1", "tcp://127.0.0.1:+1", "tcp://127.0.0.1:1883/", "tcp://127.0.0.1:1883 ",
                                   " tcp://127.0.0.1:1883", "tcp://127.0.0.1 :1883", "tcp://127.0.0.1: 1883", "tcp://user@broker:1883");
    INFO(address);
    CHECK_FALSE(is_broker_address(address));
}

TEST_CASE("two schemes are those of TLS") {
    CHECK(is_secure_broker("ssl://broker:8883"));
    CHECK(is_secure_broker("mqtts://broker:8883"));
    CHECK_FALSE(is_secure_broker("tcp://broker:1883"));
    CHECK_FALSE(is_secure_broker("mqtt://broker:1883"));
}

}  // namespace broker_address_test
