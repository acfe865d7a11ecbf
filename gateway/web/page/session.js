// SPDX-License-Identifier: Apache-2.0
// Signing in with a token, and out.
import { signIn, signOut } from './api.js';
import { el } from './dom.js';
import { problemSays } from './parts.js';
import { t } from './words.js';

export const isAnonymous = me => !me?.viewer || me.viewer === 'anonymous';

// The form; done() is called once the token was taken.
export function signInView(why, done) {
    const said = el('p', { class: 'error', role: 'alert', id: 'signerror' });
    const token = el('input', {
        id: 'token',
        name: 'token',
        type: 'password',
        autocomplete: 'current-password',
        required: true,
        'aria-describedby': 'tokensay signerror',
        maxlength: 200,
    });
    const button = el('button', { class: 'main' }, t('signIn'));
    async function submit(event) {
        event.preventDefault();
        button.disabled = true;
        said.textContent = '';
        try {
            await signIn(token.value.trim());
            done();
        } catch (problem) {
            said.textContent =
                problem.status === 401 ? t('wrongToken') : problem.status === 0 ? t('offline') : problemSays(problem) || problem.message;
            token.select();
            token.focus();
        }
        button.disabled = false;
    }
    return [
        el('h1', { tabindex: -1 }, t('signIn')),
        why ? el('p', {}, why) : null,
        el(
            'form',
            { class: 'sign', on: { submit } },
            el('p', { class: 'field' }, el('label', { for: 'token' }, t('token')), token),
            el('p', { class: 'quiet', id: 'tokensay' }, t('tokenSay')),
            said,
            el('p', {}, button),
        ),
    ].filter(Boolean);
}

export function whoBox(me, act) {
    if (!me) return [];
    const out = async () => {
        try {
            await signOut();
        } finally {
            act.signedOut();
        }
    };
    return isAnonymous(me)
        ? [el('button', { type: 'button', id: 'signin', on: { click: act.signIn } }, t('signIn'))]
        : [
              el('span', { class: 'name' }, t('signedIn', me.viewer)),
              el('button', { type: 'button', id: 'signout', on: { click: out } }, t('signOut')),
          ];
}
