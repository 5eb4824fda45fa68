'use strict';
{
  const plan = JSON.parse(document.getElementById('plan').textContent);
  // A row is a list, because there may be a hundred thousand of them.
  const [KIND, ADDRESS, RESULT, CONTENTS, REASONS, CHANGES, RAILS, LOSS, ID, STAGE] = Array(10).keys();
  const { rows, words, kinds } = plan;
  const page = 25;
  const most = 2000;
  const number = new Intl.NumberFormat('en').format;
  const find = id => document.getElementById(id);

  // Text only ever becomes a text node: nothing in a plan can be markup here.
  function element(name, properties, ...children) {
    const result = document.createElement(name);
    for (const [key, value] of Object.entries(properties ?? {})) {
      if (typeof value === 'function') result.addEventListener(key, value);
      else if (value !== undefined && value !== false) result.setAttribute(key, value === true ? '' : value);
    }
    result.append(...children.filter(child => child !== undefined && child !== ''));
    return result;
  }
  const isolated = text => element('bdi', {}, text);
  const between = (items, separator) => items.flatMap((item, index) => index ? [separator, item] : [item]);
  // That the directory says otherwise is true of every change.
  const telling = row => row[REASONS].filter(reason => words[reason] !== plan.usual);
  const domain = address => address.slice(address.lastIndexOf('@') + 1);

  // MARK: Filters: within one the choices are alternatives, and every filter must be met.

  const domains = [];
  const domainOf = new Int32Array(rows.length);
  {
    const numbers = new Map();
    rows.forEach((row, index) => {
      const name = row[KIND] === kinds.indexOf('note') ? '' : domain(row[ADDRESS]);
      if (!numbers.has(name)) numbers.set(name, domains.push(name) - 1);
      domainOf[index] = numbers.get(name);
    });
  }
  const rails = [...new Set(plan.violations.map(violation => violation.rail))];
  const railsOf = plan.violations.map(violation => rails.indexOf(violation.rail));
  const free = [rails.length];
  const facets = [
    { title: 'Kind', names: kinds, of: row => [row[KIND]] },
    { title: 'Held by', names: [...rails, 'not held'], of: row => row[RAILS] ? row[RAILS].map(rail => railsOf[rail]) : free },
    { title: 'Domain', names: domains, of: (row, index) => [domainOf[index]] },
    { title: 'Reason', names: words, of: row => row[REASONS] },
  ].map(facet => ({ ...facet, chosen: new Set(), counts: new Int32Array(facet.names.length), isOpen: false }));

  const haystacks = new Array(rows.length);
  function haystack(index) {
    const row = rows[index];
    return haystacks[index] ??= [
      kinds[row[KIND]], row[ADDRESS], row[RESULT] || '', row[CONTENTS] || '', row[ID] || '',
      ...row[REASONS].map(reason => words[reason]),
      ...(row[CHANGES] || []).flatMap(change => [words[change[0]], ...change[2], ...change[3], change[4] < 0 ? '' : words[change[4]]]),
      ...(row[RAILS] || []).map(rail => plan.violations[rail].rail),
    ].join('\n').toLowerCase();
  }

  const isShown = new Uint8Array(rows.length);
  let shown = 0;
  function filter() {
    const terms = find('query').value.toLowerCase().split(/\s+/).filter(Boolean);
    const active = facets.filter(facet => facet.chosen.size);
    for (const facet of facets) facet.counts.fill(0);
    shown = 0;
    rows.forEach((row, index) => {
      isShown[index] = 0;
      if (terms.length && !terms.every(term => haystack(index).includes(term))) return;
      const failed = active.filter(facet => !facet.of(row, index).some(value => facet.chosen.has(value)));
      if (failed.length > 1) return;
      // A choice counts what would be shown if it were made.
      for (const facet of failed.length ? failed : facets) for (const value of facet.of(row, index)) facet.counts[value] += 1;
      if (failed.length) return;
      isShown[index] = 1;
      shown += 1;
    });
  }

  // MARK: What is on the page

  const focusChoice = (position, value) => find('facets').querySelector(`[data-choice="${position}-${value}"]`)?.focus();

  function showFacets() {
    find('facets').replaceChildren(...facets.map((facet, position) => {
      const total = facet.totals;
      const order = facet.order ??= [...facet.names.keys()].filter(value => total[value] && facet.names[value])
        .sort((a, b) => position === 0 ? a - b : total[b] - total[a]);
      if (order.length < 2) return '';
      const largest = Math.max(...order.slice(0, 200).map(value => facet.counts[value]), 1);
      const visible = order.filter((value, rank) => rank < (facet.isOpen ? 200 : 9) || facet.chosen.has(value));
      const buttons = visible.map(value => {
        const bar = element('span', { class: 'bar' });
        bar.style.width = `${100 * facet.counts[value] / largest}%`;
        const press = () => {
          facet.chosen.delete(value) || facet.chosen.add(value);
          update();
          focusChoice(position, value);
        };
        return element('button', {
          type: 'button', 'aria-pressed': String(facet.chosen.has(value)), 'data-choice': `${position}-${value}`, click: press,
        }, bar, element('span', { class: facet.counts[value] ? 'name' : 'name none' }, isolated(facet.names[value])),
        element('span', { class: 'number' }, number(facet.counts[value])));
      });
      if (!facet.isOpen && visible.length < order.length) {
        const first = order.find(value => !visible.includes(value));
        const open = () => {
          facet.isOpen = true;
          showFacets();
          focusChoice(position, first);
        };
        buttons.push(element('button', { type: 'button', class: 'plain', click: open }, `${number(order.length - visible.length)} more`));
      }
      return element('fieldset', { class: 'facet' }, element('legend', {}, facet.title), ...buttons);
    }));
  }

  const groups = plan.sections.map((section, position) => ({
    section, position, isOpen: true, limit: page,
    rows: section.rows ?? Array.from({ length: section.count }, (_, index) => section.first + index),
  }));

  let isDescending = false;
  function sorted(indices) {
    const order = find('order').value;
    if (order === 'plan') return indices;
    const key = {
      address: index => rows[index][ADDRESS],
      domain: index => `${domains[domainOf[index]]} ${rows[index][ADDRESS]}`,
      reason: index => `${rows[index][REASONS].map(reason => words[reason]).join(' ')}\n${rows[index][ADDRESS]}`,
    }[order];
    const result = indices.map(index => [key(index), index]).sort((a, b) => a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : a[1] - b[1])
      .map(pair => pair[1]);
    return isDescending ? result.reverse() : result;
  }

  // Up, down, and back to the order of the plan.
  function sort(key, group) {
    const order = find('order');
    const wasSorted = order.value === key;
    if (wasSorted && isDescending) order.value = 'plan'; else order.value = key;
    isDescending = wasSorted && !isDescending;
    note();
    showGroups();
    find('groups').querySelector(`[data-group="${group.position}"] [data-sort="${key}"]`).focus();
  }

  function showGroup(group) {
    const { section, position } = group;
    const matching = sorted(group.rows.filter(index => isShown[index]));
    const isFiltered = matching.length < group.rows.length;
    // A rule that is broken is told although it holds nothing, unless something else is looked for.
    if (!matching.length && (group.rows.length || isFiltering())) return '';
    const toggle = () => { group.isOpen = !group.isOpen; replace(group); };
    const head = element('h2', { id: `group-${position}` }, element('button', {
      type: 'button', 'aria-expanded': String(group.isOpen), click: toggle,
    }, element('span', {}, isolated(section.title)),
    isFiltered ? element('span', { class: 'part' }, `${number(matching.length)} of them shown`) : ''));
    const parts = [head];
    if (section.text) parts.push(element('p', { class: 'say' }, isolated(section.text)));
    if (section.advice) parts.push(element('p', { class: 'say soft' }, section.advice));
    if (section.command) parts.push(approval(section.command, group.rows.length));
    if (group.isOpen && matching.length) {
      parts.push(table(matching.slice(0, group.limit), group));
      const rest = matching.length - group.limit;
      if (rest > 0) {
        const more = () => {
          const first = matching[group.limit];
          group.limit += 8 * page;
          replace(group).querySelector(`[data-row="${first}"] button`)?.focus();
        };
        parts.push(element('button', { type: 'button', class: 'more', click: more },
          `Show ${number(Math.min(rest, 8 * page))} more; ${number(rest)} are left`));
      }
    }
    return element('section', { class: `group is-${section.subject}`, 'data-group': position, 'aria-labelledby': `group-${position}` }, ...parts);
  }

  function replace(group) {
    const old = find('groups').querySelector(`[data-group="${group.position}"]`);
    const hadFocus = old.contains(document.activeElement);
    const fresh = showGroup(group);
    old.replaceWith(fresh);
    if (hadFocus) fresh.querySelector('h2 button').focus();
    return fresh;
  }

  function approval(command, count) {
    const code = element('code', {}, command);
    const copy = element('button', { type: 'button', 'aria-live': 'polite', click: async () => {
      try { await navigator.clipboard.writeText(command); } catch { getSelection().selectAllChildren(code); return; }
      copy.textContent = 'Copied';
      setTimeout(() => { copy.textContent = 'Copy'; }, 2000);
    } }, 'Copy');
    return element('p', { class: 'approve' }, // It approves what is not shown, too.
      count === 1 ? 'Approve exactly this one:' : `Approve exactly these ${number(count)}:`, code, copy);
  }

  function table(indices, group) {
    const { section, position } = group;
    const isNotes = section.subject === 'notes';
    const heads = isNotes ? ['kind', 'about', 'what was found', ''] : ['kind', 'account', 'change', 'why'];
    const keys = [undefined, 'address', undefined, 'reason'];
    const classes = [undefined, 'account', undefined, 'why'];
    const head = (text, column) => {
      const [key, name] = [keys[column], classes[column]];
      if (!text) return element('td', { class: name });
      const isSorted = key && find('order').value === key;
      return element('th', { scope: 'col', class: name, 'aria-sort': isSorted && (isDescending ? 'descending' : 'ascending') },
        key ? element('button', { type: 'button', class: 'sort', 'data-sort': key, click: () => sort(key, group) }, text) : text);
    };
    return element('table', { class: 'list', 'aria-labelledby': `group-${position}` },
      element('thead', {}, element('tr', {}, ...heads.map(head))),
      element('tbody', {}, ...indices.map(index => line(index, section))));
  }

  function value(change) {
    const [field, isList, old, fresh, reason] = change;
    const code = text => element('code', {}, isolated(text));
    const values = isList
      ? between([...old.map(text => element('span', { class: 'minus' }, '− ', code(text))),
        ...fresh.map(text => element('span', { class: 'plus' }, '+ ', code(text)))], ' ')
      : [...old.map(code), ' → ', ...fresh.map(code)];
    return element('div', { class: 'change' }, element('span', { class: 'field-name' }, words[field], ' '), ...values,
      reason < 0 ? '' : element('span', { class: 'field-name' }, ' ', isolated(words[reason])));
  }

  function line(index, section) {
    const row = rows[index];
    const kind = kinds[row[KIND]];
    const name = element('span', { class: 'address' }, isolated(row[ADDRESS] || '—'));
    const result = row[RESULT] ? [' → ', element('span', { class: 'address' }, isolated(row[RESULT]))] : [];
    const button = element('button', { type: 'button', 'aria-expanded': 'false', title: 'Show everything about it', click: () => {
      const line = button.closest('tr');
      const isOpen = button.getAttribute('aria-expanded') === 'true';
      button.setAttribute('aria-expanded', String(!isOpen));
      if (isOpen) line.nextElementSibling.remove(); else line.after(trace(index));
    } }, name);
    return element('tr', { 'data-row': index },
      element('td', {}, element('span', { class: `kind ${kind}`, 'data-sign': plan.signs[row[KIND]] }, kind)),
      element('td', { class: 'account', role: 'rowheader' }, button, ...result),
      element('td', {}, row[CONTENTS] ? element('div', { class: 'contents' }, isolated(row[CONTENTS])) : '',
        ...(row[CHANGES] || []).map(value)),
      element('td', { class: 'why' }, ...(section.subject === 'notes' ? [] : between(telling(row).map(reason => isolated(words[reason])), '; ')),
        row[RAILS]?.length > 1 ? element('div', {}, 'needs the approval of each rule that holds it') : ''));
  }

  // MARK: Everything about one account

  let byAccount;
  function related(index) {
    if (!byAccount) {
      byAccount = new Map();
      rows.forEach((row, index) => {
        for (const key of new Set([row[ADDRESS], row[RESULT], row[ID] && `id ${row[ID]}`])) {
          if (!key) continue;
          if (byAccount.has(key)) byAccount.get(key).push(index); else byAccount.set(key, [index]);
        }
      });
    }
    const row = rows[index];
    const found = new Set([row[ADDRESS], row[RESULT], `id ${row[ID]}`].flatMap(key => byAccount.get(key) ?? []));
    const note = kinds.indexOf('note');
    for (const group of groups) {
      if (group.section.subject !== 'notes') continue;
      for (const other of group.rows) if (row[ADDRESS] && rows[other][CONTENTS].includes(row[ADDRESS])) found.add(other);
    }
    found.delete(index);
    return [...found].slice(0, 20).map(other => rows[other][KIND] === note
      ? [`note: ${rows[other][CONTENTS]}`]
      : [`${kinds[rows[other][KIND]]} ${rows[other][ADDRESS]}${rows[other][RESULT] ? ` → ${rows[other][RESULT]}` : ''}`]);
  }

  function trace(index) {
    const row = rows[index];
    const facts = [
      ['reasons', row[REASONS].map(reason => words[reason])],
      ['held by', (row[RAILS] || []).map(rail => `${plan.violations[rail].rail}: ${plan.violations[rail].text}`)],
      ['effect', row[LOSS] ? ['takes something away from somebody'] : []],
      ['account', row[ID] ? [row[ID]] : []],
      ['order', row[STAGE] ? [`after what comes before stage ${row[STAGE]}: it needs an address or an account of an earlier one`] : []],
      ['also in this plan', related(index).flat()],
      ['ask', row[KIND] === kinds.indexOf('note') || !row[ADDRESS] ? [] : [`sync-plan explain ${row[ADDRESS]}`]],
    ];
    const list = element('dl');
    for (const [name, values] of facts) {
      if (!values.length) continue;
      list.append(element('dt', {}, name));
      list.append(...values.map(text => element('dd', {}, name === 'ask' ? element('code', {}, text) : isolated(text))));
    }
    return element('tr', { class: 'trace' }, element('td', { colspan: 4 }, list));
  }

  // MARK: Keeping it current

  const isFiltering = () => find('query').value.trim() !== '' || facets.some(facet => facet.chosen.size);

  function showGroups() {
    const sections = groups.map(showGroup);
    const isEmpty = sections.every(section => section === '');
    find('groups').replaceChildren(...sections, isEmpty
      ? element('p', { class: 'empty' }, rows.length ? 'Nothing in the plan matches this.' : 'There is nothing to do.') : '');
  }

  // What is looked for stands in the address of the page, to be passed on and gone back to.
  function note() {
    const state = new URLSearchParams();
    if (find('query').value) state.set('search', find('query').value);
    if (find('order').value !== 'plan') state.set('sort', `${isDescending ? '-' : ''}${find('order').value}`);
    for (const facet of facets) for (const value of facet.chosen) state.append(facet.title.toLowerCase(), facet.names[value]);
    history.replaceState(null, '', `#${state}`);
  }

  function recall() {
    const state = new URLSearchParams(location.hash.slice(1));
    find('query').value = state.get('search') ?? '';
    const [, sign, key] = /^(-?)(.*)$/.exec(state.get('sort') ?? 'plan');
    find('order').value = key;
    isDescending = sign !== '';
    if (find('order').selectedIndex < 0) find('order').value = 'plan';
    for (const facet of facets) {
      facet.chosen = new Set(state.getAll(facet.title.toLowerCase()).map(name => facet.names.indexOf(name)).filter(value => value >= 0));
    }
  }

  function update() {
    note();
    filter();
    for (const group of groups) group.limit = page;
    showFacets();
    showGroups();
    find('count').textContent = isFiltering() ? `${number(shown)} of ${number(rows.length)} shown` : `${number(rows.length)} shown`;
    find('reset').hidden = !isFiltering();
  }

  let pause;
  find('query').addEventListener('input', () => { clearTimeout(pause); pause = setTimeout(update, rows.length > 5000 ? 150 : 0); });
  find('order').addEventListener('change', () => {
    isDescending = false;
    note();
    showGroups();
  });
  find('reset').addEventListener('click', () => {
    find('query').value = '';
    for (const facet of facets) facet.chosen.clear();
    update();
    find('query').focus();
  });
  find('unfold').addEventListener('click', () => {
    const isOpen = find('facets').classList.toggle('open');
    find('unfold').setAttribute('aria-expanded', String(isOpen));
  });
  addEventListener('keydown', event => {
    const isTyping = ['INPUT', 'SELECT', 'TEXTAREA'].includes(document.activeElement?.tagName);
    if (event.key === '/' && !isTyping && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      find('query').focus();
    } else if (event.key === 'Escape' && document.activeElement === find('query')) {
      find('query').value = '';
      update();
    }
  });
  // Paper has no button to show more.
  let limits;
  addEventListener('beforeprint', () => {
    limits = groups.map(group => group.limit);
    for (const group of groups) group.limit = most;
    showGroups();
  });
  addEventListener('afterprint', () => {
    groups.forEach((group, index) => { group.limit = limits[index]; });
    showGroups();
  });

  // The link would put its own name where the address has what is looked for.
  find('skip').addEventListener('click', event => {
    event.preventDefault();
    find('results').focus();
  });
  addEventListener('hashchange', () => { recall(); update(); });
  // The totals are those of the whole plan, whatever is looked for first.
  filter();
  for (const facet of facets) facet.totals = facet.counts.slice();
  recall();
  update();
  find('totals').append(...kinds.map((kind, index) => {
    const part = element('span', { class: kind });
    part.style.flexGrow = facets[0].totals[index];
    return facets[0].totals[index] && kind !== 'note' ? part : '';
  }));
}
