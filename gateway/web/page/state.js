// SPDX-License-Identifier: Apache-2.0
// What is shown stands in the address: #/table?period=2022-Q2&area=23656. So it can be kept, sent and gone back to.

const defaults = {
    view: 'overview',
    period: '',
    calendar: 'official',
    area: '',
    map: '',
    indicator: '',
    group: '',
    sort: '',
    span: '',
    report: '',
    after: '',
};

export function read(hash = location.hash) {
    const [path, query] = hash.replace(/^#\/?/, '').split('?');
    const state = { ...defaults, view: /^[a-z]+$/.test(path || '') ? path : 'overview' };
    for (const [key, value] of new URLSearchParams(query || '')) {
        if (key in defaults && key !== 'view' && value.length <= 80) state[key] = value;
    }
    return state;
}

export function href(state) {
    const query = new URLSearchParams();
    for (const key of Object.keys(defaults)) {
        if (key !== 'view' && state[key] && state[key] !== defaults[key]) query.set(key, state[key]);
    }
    const text = query.toString();
    return `#/${state.view}${text ? `?${text}` : ''}`;
}

// The address of what is shown now, with something changed; a page of events is of what it was asked for.
export const linkTo = (state, change) => href({ ...state, after: '', ...change });
