// SPDX-License-Identifier: Apache-2.0
// Signing in with a token, and out.
import { signIn, signOut } from './api.js';
import { el } from './dom.js';
import { problemSays } from './parts.js';
import { t } from './words.js';

export const isAnonymous = me => !me?.viewer || me.viewer === 'anonymous';

// The form; done({viewer}) is called once the token was taken. `prefix` tells it from another one on the page.
export function signInForm(done, prefix = '') {
    const [say, error] = [`${prefix}tokensay`, `${prefix}signerror`];
    const said = el('p', { class: 'error', role: 'alert', id: error });
    const token = el('input', {
        id: `${prefix}token`,
        name: 'token',
        type: 'password',
        autocomplete: 'current-password',
        required: true,
        'aria-describedby': `${say} ${error}`,
        maxlength: 200,
    });
    const button = el('button', { class: 'main' }, t('signIn'));
    async function submit(event) {
        event.preventDefault();
        button.disabled = true;
        said.textContent = '';
        try {
            done(await signIn(token.value.trim()));
        } catch (problem) {
            said.textContent =
                problem.status === 401 ? t('wrongToken') : problem.status === 0 ? t('offline') : problemSays(problem) || problem.message;
            token.select();
            token.focus();
        }
        button.disabled = false;
    }
    return el(
        'form',
        { class: 'sign', on: { submit } },
        el('p', { class: 'field' }, el('label', { for: token.id }, t('token')), token),
        el('p', { class: 'quiet', id: say }, t('tokenSay')),
        said,
        el('p', {}, button),
    );
}

export const signInView = (why, done) =>
    [el('h1', { tabindex: -1 }, t('signIn')), why ? el('p', {}, why) : null, signInForm(done)].filter(Boolean);

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
        ? [el('button', { type: 'button', id: 'signin', 'data-key': 'signin', on: { click: act.signIn } }, t('signIn'))]
        : [
              el('span', { class: 'name' }, t('signedIn', me.viewer)),
              el('button', { type: 'button', id: 'signout', 'data-key': 'signout', on: { click: out } }, t('signOut')),
          ];
}
