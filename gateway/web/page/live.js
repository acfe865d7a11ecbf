// SPDX-License-Identifier: Apache-2.0
// Follows the feed of cells (Server-Sent Events) to know when to look again. Read with fetch, so that a refusal can be told
// from a bad line, and silence noticed: the gateway says something every 15 seconds.

export const timing = { silence: 40000, first: 500, longest: 30000, poll: 15000, hidden: 2000, tell: 5000 };

// on.change(): something changed, or may have; on.state('live' | 'connecting' | 'polling' | 'idle'); on.denied(): sign in first.
export function follow(on) {
    let lastId = '';
    let failures = 0;
    let stop = null;
    let timer = null;
    let ended = false;
    let polls = false; // nothing can be followed here

    function later(run, wait) {
        clearTimeout(timer);
        timer = setTimeout(run, wait);
    }

    function retry() {
        if (ended) return;
        polls = false;
        on.state('connecting');
        // Spread, or all pages come back at once after a restart.
        const wait = Math.min(timing.longest, timing.first * 2 ** failures) * (0.6 + 0.4 * Math.random());
        ++failures;
        later(connect, wait);
    }

    // By asking for the feed again: so a gateway that is gone is noticed, and one that has it now is followed.
    function poll() {
        polls = true;
        failures = 0;
        on.state('polling');
        on.change();
        later(connect, timing.poll);
    }

    function take(lines) {
        const said = { event: '', data: false };
        for (const line of lines) {
            if (line.startsWith('id:')) lastId = line.slice(3).trim();
            if (line.startsWith('event:')) said.event = line.slice(6).trim();
            if (line.startsWith('data:')) said.data = true;
        }
        if (said.data && ['cells', 'moved', 'head'].includes(said.event)) {
            failures = 0;
            on.change();
        }
    }

    async function read(body, mine) {
        const reader = body.pipeThrough(new TextDecoderStream()).getReader();
        let rest = '';
        for (;;) {
            const watch = setTimeout(() => mine.abort(), timing.silence);
            const { value, done } = await reader.read().finally(() => clearTimeout(watch));
            if (done) return;
            const messages = (rest + value).split(/\r?\n\r?\n/);
            rest = messages.pop();
            for (const message of messages) take(message.split(/\r?\n/));
        }
    }

    async function connect() {
        const mine = (stop = new AbortController());
        if (!polls) on.state('connecting');
        const patience = setTimeout(() => mine.abort(), timing.silence);
        try {
            const response = await fetch('/api/v1/feeds/cells/events', {
                credentials: 'same-origin',
                cache: 'no-store',
                signal: mine.signal,
                headers: { Accept: 'text/event-stream', ...(lastId ? { 'Last-Event-ID': lastId } : {}) },
            });
            clearTimeout(patience);
            if (response.status === 401) return void (ended || on.denied());
            if (response.status === 403 || response.status === 404 || response.status === 406) return void poll();
            if (response.status === 409) lastId = ''; // another epoch: what is shown is read again anyway
            if (response.ok) {
                polls = false;
                on.state('live');
                await read(response.body, mine);
            }
        } catch {
            // A line that broke: said by the state.
        } finally {
            clearTimeout(patience);
        }
        if (stop === mine) retry();
    }

    function pause() {
        clearTimeout(timer);
        const old = stop;
        stop = null;
        old?.abort();
    }

    // A page that nobody looks at does not hold a connection.
    let away = null;
    function seen() {
        clearTimeout(away);
        if (document.hidden) {
            away = setTimeout(() => {
                pause();
                on.state('idle');
            }, timing.hidden);
        } else if (!stop && !ended) {
            failures = 0;
            connect();
        }
    }
    function online() {
        failures = 0;
        pause();
        if (!document.hidden) connect();
    }
    // A browser keeps a page that was left as it was, to come back to, and opens few connections to one place.
    function left() {
        clearTimeout(away);
        pause();
    }
    function back(event) {
        if (event.persisted) seen();
    }
    document.addEventListener('visibilitychange', seen);
    addEventListener('pagehide', left);
    addEventListener('pageshow', back);
    addEventListener('online', online);
    connect();
    if (document.hidden) seen();

    return function end() {
        ended = true;
        clearTimeout(away);
        document.removeEventListener('visibilitychange', seen);
        removeEventListener('pagehide', left);
        removeEventListener('pageshow', back);
        removeEventListener('online', online);
        pause();
    };
}
