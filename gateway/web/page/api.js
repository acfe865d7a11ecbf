// SPDX-License-Identifier: Apache-2.0
// Questions to the gateway. What has not changed since is not sent again (ETag); what goes wrong is a Problem (RFC 9457).

export class Problem extends Error {
    constructor(status, body = {}) {
        super(body.detail || body.title || `HTTP ${status}`);
        Object.assign(this, { status, title: body.title, detail: body.detail, detailVi: body.detailVi, field: body.field });
    }
}

const seen = new Map(); // path -> {etag, data}
const seenMax = 60;

async function problemOf(response) {
    let body = {};
    try {
        body = await response.json();
    } catch {
        // A proxy in between may answer with a page of its own.
    }
    return new Problem(response.status, body);
}

async function ask(path, options = {}, patience = 60000) {
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), patience);
    try {
        const response = await fetch(path, { credentials: 'same-origin', signal: stop.signal, ...options });
        if (!response.ok && response.status !== 304) throw await problemOf(response);
        const data = response.status === 304 || response.status === 204 ? null : await response.json();
        return { status: response.status, etag: response.headers.get('ETag'), data };
    } catch (error) {
        throw error instanceof Problem ? error : new Problem(0, { title: 'offline' });
    } finally {
        clearTimeout(timer);
    }
}

export function pathOf(path, query = {}) {
    const text = new URLSearchParams(
        Object.entries(query).filter(([, value]) => value !== '' && value !== undefined && value !== null),
    ).toString();
    return `/api/v1/${path}${text ? `?${text}` : ''}`;
}

export async function get(path, query) {
    const url = pathOf(path, query);
    const known = seen.get(url);
    const answer = await ask(url, { headers: { Accept: 'application/json', ...(known ? { 'If-None-Match': known.etag } : {}) } });
    if (answer.status === 304 && known) return known.data;
    seen.delete(url);
    if (answer.etag) seen.set(url, { etag: answer.etag, data: answer.data });
    if (seen.size > seenMax) seen.delete(seen.keys().next().value);
    return answer.data;
}

// Under the same key the gateway takes the same thing once, however often it is sent.
export function newKey() {
    return [...crypto.getRandomValues(new Uint8Array(16))].map(byte => byte.toString(16).padStart(2, '0')).join('');
}

// A post with the header that another site cannot make a browser send.
export async function post(path, body, query, key) {
    const answer = await ask(pathOf(path, query), {
        method: 'POST',
        headers: {
            'Content-Type': 'application/json',
            Accept: 'application/json',
            'X-Chieng': '1',
            ...(key ? { 'Idempotency-Key': `"${key}"` } : {}),
        },
        body: JSON.stringify(body),
    });
    return { status: answer.status, ...answer.data };
}

export async function signIn(token) {
    const answer = await post('session', { token });
    seen.clear();
    return answer;
}

export async function signOut() {
    await ask(pathOf('session'), { method: 'DELETE', headers: { 'X-Chieng': '1' } });
    seen.clear();
}
