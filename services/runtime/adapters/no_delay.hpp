// SPDX-License-Identifier: Apache-2.0
// Nagle's algorithm holds a small write back until the peer has acknowledged the one before, and the peer's kernel may take
// 40 ms for that: a receipt would wait behind the acknowledgement of the event. Paho C has no option for it.
#pragma once

namespace chieng {

// Turns it off for every connected TCP socket of this process.
void send_without_delay();

}  // namespace chieng
