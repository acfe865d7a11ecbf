// SPDX-License-Identifier: Apache-2.0
// Elements from data, and a tree brought up to date in place, so that focus, scrolling and opened details survive a refresh.
// Text only ever becomes text: nothing here reads markup.

const svgSpace = 'http://www.w3.org/2000/svg';
const svgTags = new Set(['svg', 'g', 'path', 'line', 'rect', 'circle', 'text', 'polyline']);

// el('td', {class: 'n'}, 'text', node, [more]); null and false are left out, `on` holds listeners.
export function el(tag, attributes = {}, ...children) {
    const made = svgTags.has(tag) ? document.createElementNS(svgSpace, tag) : document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) {
        if (name === 'on') {
            for (const [event, listener] of Object.entries(value)) made.addEventListener(event, listener);
        } else if (value !== null && value !== undefined && value !== false) {
            made.setAttribute(name, value === true ? '' : String(value));
        }
    }
    put(made, children);
    return made;
}

function put(parent, children) {
    for (const child of children.flat(Infinity)) {
        if (child !== null && child !== undefined && child !== false && child !== '') {
            parent.append(child.nodeType ? child : String(child));
        }
    }
}

const kept = new Set(['open', 'value', 'checked']); // what the reader set stays

function morphAttributes(from, to) {
    for (const { name, value } of [...to.attributes]) {
        if (from.getAttribute(name) !== value && !(kept.has(name) && from.hasAttribute(name))) from.setAttribute(name, value);
    }
    for (const { name } of [...from.attributes]) {
        if (!to.hasAttribute(name) && !kept.has(name)) from.removeAttribute(name);
    }
}

const keyOf = node => (node.nodeType === 1 ? node.getAttribute('data-key') : null);
const alike = (one, other) => one.nodeType === other.nodeType && one.nodeName === other.nodeName && keyOf(one) === keyOf(other);

// Makes the children of `from` what the nodes say, and keeps every element that is still there.
export function morph(from, nodes) {
    const byKey = new Map([...from.childNodes].filter(keyOf).map(node => [keyOf(node), node]));
    let at = from.firstChild;
    for (const next of nodes) {
        let same = at && alike(at, next) ? at : null;
        const moved = same ? null : byKey.get(keyOf(next));
        if (moved && alike(moved, next)) {
            from.insertBefore(moved, at);
            same = moved;
        }
        if (!same) {
            from.insertBefore(next, at);
            if (at && !keyOf(at) && !keyOf(next)) {
                const gone = at;
                at = at.nextSibling;
                gone.remove();
            }
            continue;
        }
        if (same === at) at = at.nextSibling;
        if (same.nodeType !== 1) {
            if (same.data !== next.data) same.data = next.data;
        } else {
            morphAttributes(same, next);
            morph(same, [...next.childNodes]);
        }
    }
    while (at) {
        const gone = at;
        at = at.nextSibling;
        gone.remove();
    }
}
