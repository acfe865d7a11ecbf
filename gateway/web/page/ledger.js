// SPDX-License-Identifier: Apache-2.0
// The loss ledger of a commune: what devices posted against what became of it.
import { get } from './api.js';
import { el } from './dom.js';
import { instant, number } from './format.js';
import { serviceName } from './names.js';
import { heading, plainTable, th } from './parts.js';
import { t } from './words.js';

export const load = () => get('ledger');

// Of a device that never said what it posted it cannot be known whether all has come.
function state({ balanced, devices }) {
    const silent = new Set(devices.filter(one => one.state === 'UNKNOWN').map(one => one.device)).size;
    const [look, text] = !balanced ? ['late', 'unbalanced'] : silent ? ['part', 'balancedOfTold'] : ['met', 'balanced'];
    return el('p', { class: `state ${look}`, 'data-key': 'state' }, t(text, number(silent)));
}

export function render(ctx, data) {
    const counts = ['posted', 'stored', 'refused', 'waiting', 'difference'];
    const rows = data.devices.map(device =>
        el(
            'tr',
            { 'data-key': `${device.device}/${device.service || ''}`, class: Number(device.difference) ? 'marked' : null },
            th(device.device, 'row'),
            el('td', {}, serviceName(device.service)),
            counts.map(name => el('td', { class: 'n' }, device[name] === undefined ? t('unknownFigures') : number(device[name]))),
            el('td', {}, instant(device.lastHeard)),
        ),
    );
    const { first, silent = [] } = data;
    const at = first && serviceName(first.service);
    const where = first && (first.number ? t('firstDifference', first.device, at, first.number) : t('firstSurplus', first.device, at));
    return [
        ...heading(ctx, t('ledger')),
        el('p', { 'data-key': 'say' }, t('ledgerSay')),
        state(data),
        first ? el('p', { 'data-key': 'first' }, where) : null,
        silent.length ? el('p', { class: 'hint', 'data-key': 'silent' }, t('silentServices', silent.map(serviceName).join(', '))) : null,
        plainTable(t('ledger'), [t('device'), t('service'), ...counts.map(name => `>${t(name)}`), t('lastHeard')], rows, 'ledger'),
    ];
}
