/** States over modules that change the machine hold what every state must; the modules are pretended: they keep what they are told in a map. */
import type { FunctionPlugin } from '../../src/kernel/contract/plugin.js';
import { CommandExecutionError } from '../../src/kernel/contract/errors.js';
import type { PlainMap, Value } from '../../src/kernel/std/value.js';
import alternatives from '../../src/plugins/states/alternatives.js';
import firewall from '../../src/plugins/states/firewall.js';
import kernelpkg from '../../src/plugins/states/kernelpkg.js';
import keyboard from '../../src/plugins/states/keyboard.js';
import npm from '../../src/plugins/states/npm.js';
import pyenv from '../../src/plugins/states/pyenv.js';
import supervisord from '../../src/plugins/states/supervisord.js';
import { machine } from '../unit/plugins/modules/machine.js';
import { stateContract, type StateSystem } from './states.js';

type Functions = Readonly<Record<string, (args: readonly Value[], kwargs: PlainMap) => Value>>;

interface World extends StateSystem {
  /** What is there. */
  readonly facts: Map<string, string>;
}

const openWorld = (state: FunctionPlugin, functions: (facts: Map<string, string>) => Functions) => (): Promise<World> => {
  const facts = new Map<string, string>();
  return Promise.resolve({
    facts,
    run: async (fun, args, options) => await machineOf(options?.test === true).call(fun, args),
    picture: () => Promise.resolve(Object.fromEntries(facts)),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  });

  function machineOf(test: boolean): { call(fun: string, args: PlainMap): Promise<PlainMap> } {
    const host = machine({ modules: [state], answers: functions(facts), test });
    const name = (fun: string): string => fun.split('.')[1] ?? '';
    return {
      // Functions of modules and of states have the same names: the state's own is called by its declaration.
      call: async (fun, args) => {
        const declared = state.functions[name(fun)];
        if (declared === undefined) throw new Error(`no ${fun}`);
        const read = Object.entries(declared.params).map(([key, param]) => [key, param.read(args[key] ?? param.default ?? null, key)]);
        return await declared.run(Object.fromEntries(read), host.context) as PlainMap;
      },
    };
  }
};

const put = (facts: Record<string, string>) => (world: World): void => {
  for (const [key, value] of Object.entries(facts)) world.facts.set(key, value);
};
const silent = (): PlainMap => ({});
const text = (value: Value | undefined): string => String(value);

/** `name path` to priority, `name` to the path it leads to. */
const alternativesOf = (facts: Map<string, string>): Functions => ({
  'alternatives.auto': ([name]) => { facts.set(`mode ${text(name)}`, 'auto'); return ''; },
  'alternatives.display': ([name]) => `${text(name)} - ${facts.get(`mode ${text(name)}`) ?? 'auto'} mode`,
  'alternatives.check_exists': ([name, path]) => facts.has(`${text(name)} ${text(path)}`),
  'alternatives.check_installed': ([name, path]) => facts.get(text(name)) === path,
  'alternatives.show_current': ([name]) => facts.get(text(name)) ?? false,
  'alternatives.install': ([name, , path, priority]) => {
    if (path === '/none') return "update-alternatives: error: alternative path /none doesn't exist";
    facts.set(`${text(name)} ${text(path)}`, text(priority));
    if (!facts.has(text(name))) facts.set(text(name), text(path));
    return '';
  },
  'alternatives.remove': ([name, path]) => {
    facts.delete(`${text(name)} ${text(path)}`);
    const [next] = [...facts.keys()].filter((key) => key.startsWith(`${text(name)} `));
    if (next === undefined) facts.delete(text(name));
    else facts.set(text(name), next.slice(text(name).length + 1));
    return '';
  },
  'alternatives.set': ([name, path]) => {
    if (path === '/busy') return 'update-alternatives: error: unable to make link';
    facts.set(text(name), text(path));
    return '';
  },
});
const EDITOR = { editor: '/bin/nano', 'editor /bin/nano': '40', 'editor /bin/vi': '30', 'mode editor': 'manual' };

stateContract({
  name: 'alternatives', open: openWorld(alternatives, alternativesOf),
  changing: [
    { title: 'a first path', fun: 'alternatives.install', args: () => ({ name: 'pager', link: '/usr/bin/pager', path: '/bin/less', priority: 5 }) },
    { title: 'a further path', fun: 'alternatives.install', args: () => ({ name: 'editor', link: '/usr/bin/editor', path: '/bin/ed', priority: -1 }), prepare: put(EDITOR) },
    { title: 'another path', fun: 'alternatives.set', args: () => ({ name: 'editor', path: '/bin/vi' }), prepare: put(EDITOR) },
    { title: 'no path', fun: 'alternatives.remove', args: () => ({ name: 'editor', path: '/bin/nano' }), prepare: put(EDITOR), foretold: silent },
    { title: 'by priority', fun: 'alternatives.auto', args: () => ({ name: 'editor' }), prepare: put(EDITOR), foretold: silent },
  ],
  idle: [
    { title: 'a path that is there', fun: 'alternatives.install', args: () => ({ name: 'editor', link: '/usr/bin/editor', path: '/bin/vi', priority: 1 }), prepare: put(EDITOR) },
    { title: 'the same path', fun: 'alternatives.set', args: () => ({ name: 'editor', path: '/bin/nano' }), prepare: put(EDITOR) },
    { title: 'no path that is not there', fun: 'alternatives.remove', args: () => ({ name: 'editor', path: '/bin/ed' }), prepare: put(EDITOR) },
  ],
  failing: [
    { title: 'a path that is not there', fun: 'alternatives.install', args: () => ({ name: 'pager', link: '/x', path: '/none', priority: 1 }), comment: /^Alternative for pager not installed: update-alternatives: error: alternative path \/none doesn't exist$/ },
    { title: 'a path that was not installed', fun: 'alternatives.set', args: () => ({ name: 'editor', path: '/bin/ed' }), prepare: put(EDITOR), comment: /^Alternative \/bin\/ed for editor doesn't exist$/ },
    { title: 'a link that cannot be made', fun: 'alternatives.set', args: () => ({ name: 'editor', path: '/busy' }), prepare: put({ ...EDITOR, 'editor /busy': '1' }), comment: /^Alternative for editor not updated: update-alternatives: error: unable to make link$/ },
    { title: 'a name that is not there', fun: 'alternatives.remove', args: () => ({ name: 'none', path: '/x' }), comment: /^Alternative for none doesn't exist$/ },
  ],
});

/** Package to version; `cache <key>` for the cache; `modules` when the folder has its packages. */
const npmOf = (facts: Map<string, string>): Functions => ({
  'npm.list': () => {
    if (facts.has('broken')) throw new CommandExecutionError('npm ERR! code EJSONPARSE');
    return Object.fromEntries([...facts].filter(([key]) => !/^(?:cache |modules)/.test(key)).map(([name, version]) => [name, { version }]));
  },
  'npm.install': (_args, { pkgs = null, dir = null, dry_run: dry = false }) => {
    if (Array.isArray(pkgs)) {
      for (const pkg of pkgs.map(text)) {
        if (pkg.startsWith('none')) throw new CommandExecutionError('npm ERR! 404 Not Found');
        const [, name = pkg, version = '1.0.0'] = /^(@?[^@]+)(?:@(.+))?$/.exec(pkg) ?? [];
        facts.set(name, version);
      }
      return { added: pkgs.length };
    }
    if (dir === '/none') throw new CommandExecutionError('npm ERR! enoent');
    const added = facts.has('modules') ? 0 : 3;
    if (dry !== true) facts.set('modules', '3');
    return { added, removed: 0, changed: 0, audited: 4 };
  },
  'npm.uninstall': (_args, { pkg = null }) => (pkg === 'busy' ? false : facts.delete(text(pkg))),
  'npm.cache_list': () => [...facts.keys()].filter((key) => key.startsWith('cache ')).map((key) => key.slice('cache '.length)).join('\n'),
  'npm.cache_clean': (_args, { path = null }) => {
    for (const key of facts.keys()) if (key.startsWith('cache ') && (path === null || key === `cache ${text(path)}`)) facts.delete(key);
    return true;
  },
});
const CACHED = { 'cache make-fetch-happen:request-cache:https://r.example/left/-/left-1.0.0.tgz': '', 'cache make-fetch-happen:request-cache:https://r.example/other': '' };

stateContract({
  name: 'npm', open: openWorld(npm, npmOf),
  changing: [
    { title: 'a package', fun: 'npm.installed', args: () => ({ name: 'left' }) },
    { title: 'another version, of several', fun: 'npm.installed', args: () => ({ name: 'made', pkgs: ['@a/b@2.0.0', 'left'] }), prepare: put({ '@a/b': '1.0.0', left: '1.0.0' }) },
    { title: 'no package', fun: 'npm.removed', args: () => ({ name: 'left' }), prepare: put({ left: '1.0.0' }) },
    { title: 'the packages of a folder', fun: 'npm.bootstrap', args: () => ({ name: '/srv/a b' }) },
    { title: 'a package out of the cache', fun: 'npm.cache_cleaned', args: () => ({ name: 'left' }), prepare: put(CACHED) },
    { title: 'an empty cache', fun: 'npm.cache_cleaned', args: () => ({ name: null, force: true }), prepare: put(CACHED) },
  ],
  idle: [
    { title: 'the same version', fun: 'npm.installed', args: () => ({ name: '@a/b@1.0.0' }), prepare: put({ '@a/b': '1.0.0' }) },
    { title: 'no package that is not there', fun: 'npm.removed', args: () => ({ name: 'left' }) },
    { title: 'a folder that has all', fun: 'npm.bootstrap', args: () => ({ name: '/srv/a' }), prepare: put({ modules: '3' }) },
    { title: 'a package that is not in the cache', fun: 'npm.cache_cleaned', args: () => ({ name: 'oth' }), prepare: put(CACHED) },
  ],
  failing: [
    { title: 'no such package', fun: 'npm.installed', args: () => ({ name: 'none' }), comment: /^Error installing 'none': npm ERR! 404 Not Found$/ },
    { title: 'a list that cannot be read', fun: 'npm.installed', args: () => ({ name: 'left' }), prepare: put({ broken: '1' }), comment: /^Error looking up 'left': npm ERR! code EJSONPARSE$/ },
    { title: 'no folder', fun: 'npm.bootstrap', args: () => ({ name: '/none' }), comment: /^Error Bootstrapping '\/none': npm ERR! enoent$/ },
    { title: 'a package that stays', fun: 'npm.removed', args: () => ({ name: 'busy' }), prepare: put({ busy: '1.0.0' }), comment: /^Error removing package 'busy'$/ },
  ],
});

/** `pyenv` when it is there, `default`, and a key for each version. */
const pyenvOf = (facts: Map<string, string>): Functions => ({
  'pyenv.is_installed': () => facts.has('pyenv'),
  'pyenv.install': ([user]) => user !== 'nobody' && facts.set('pyenv', '1').size > 0,
  'pyenv.versions': () => [...facts.keys()].filter((key) => /^\d/.test(key)),
  'pyenv.default': ([version]) => (version === undefined ? facts.get('default') ?? 'system' : facts.set('default', text(version)).size > 0),
  'pyenv.install_python': ([version]) => (version === '9.9.9' ? false : facts.set(text(version), '').size > 0),
  'pyenv.uninstall_python': ([version]) => version === '3.1' || facts.delete(text(version)) || true,
});
const PYENV = { pyenv: '1', '3.10.1': '' };

stateContract({
  name: 'pyenv', open: openWorld(pyenv, pyenvOf),
  changing: [
    { title: 'a version, and pyenv first', fun: 'pyenv.installed', args: () => ({ name: 'python-3.11.2', default: true }) },
    { title: 'a further version', fun: 'pyenv.installed', args: () => ({ name: '3.11.2' }), prepare: put(PYENV) },
    { title: 'another default', fun: 'pyenv.installed', args: () => ({ name: '3.10.1', default: true }), prepare: put(PYENV) },
    { title: 'no version, though it is the default', fun: 'pyenv.absent', args: () => ({ name: 'python-3.10.1' }), prepare: put({ ...PYENV, default: '3.10.1' }) },
    { title: 'pyenv', fun: 'pyenv.install_pyenv', args: () => ({ name: 'it' }) },
  ],
  idle: [
    { title: 'a version that is there', fun: 'pyenv.installed', args: () => ({ name: '3.10.1' }), prepare: put(PYENV) },
    { title: 'no version that is not there', fun: 'pyenv.absent', args: () => ({ name: '3.11.2' }), prepare: put(PYENV) },
    { title: 'no version without pyenv', fun: 'pyenv.absent', args: () => ({ name: '3.11.2' }) },
    { title: 'pyenv that is there', fun: 'pyenv.install_pyenv', args: () => ({ name: 'it' }), prepare: put(PYENV) },
  ],
  failing: [
    { title: 'a version that cannot be built', fun: 'pyenv.installed', args: () => ({ name: '9.9.9' }), prepare: put(PYENV), comment: /^Could not install python\.$/ },
    { title: 'pyenv that cannot be fetched', fun: 'pyenv.installed', args: () => ({ name: '3.11.2', user: 'nobody' }), comment: /^pyenv failed to install$/ },
    { title: 'a version that stays', fun: 'pyenv.absent', args: () => ({ name: '3.1' }), prepare: put({ ...PYENV, 3.1: '' }), comment: /^Failed to uninstall python$/ },
  ],
});

const keyboardOf = (facts: Map<string, string>): Functions => Object.fromEntries(['sys', 'x'].flatMap((kind) => [
  [`keyboard.get_${kind}`, () => facts.get(kind) ?? 'us'],
  [`keyboard.set_${kind}`, ([layout]: readonly Value[]) => {
    if (layout === 'xx') throw new CommandExecutionError('Failed to set keymap: Keymap xx is not installed.');
    facts.set(kind, text(layout));
    return layout ?? null;
  }],
]));

stateContract({
  name: 'keyboard', open: openWorld(keyboard, keyboardOf),
  changing: [
    { title: 'a layout', fun: 'keyboard.system', args: () => ({ name: 'de' }), foretold: silent },
    { title: 'a layout of X', fun: 'keyboard.xorg', args: () => ({ name: 'de' }), foretold: silent },
  ],
  idle: [{ title: 'the same layout', fun: 'keyboard.system', args: () => ({ name: 'us' }) }],
  failing: [{ title: 'no such layout', fun: 'keyboard.system', args: () => ({ name: 'xx' }), comment: /^Failed to set system keyboard layout: Failed to set keymap: Keymap xx is not installed\.$/ }],
});

/** `active`, `installed` and `available` releases. */
const kernelsOf = (facts: Map<string, string>): Functions => ({
  'kernelpkg.active': () => facts.get('active') ?? null,
  'kernelpkg.list_installed': () => [facts.get('installed') ?? null],
  'kernelpkg.latest_installed': () => facts.get('installed') ?? null,
  'kernelpkg.latest_available': () => facts.get('available') ?? null,
  'kernelpkg.needs_reboot': () => facts.get('active') !== facts.get('installed'),
  'kernelpkg.upgrade': () => {
    facts.set('installed', facts.get('available') ?? '');
    return { upgrades: { 'linux-image': { old: '', new: facts.get('available') ?? '' } } };
  },
  'system.reboot': (_args, { at_time: at = null }) => {
    facts.set('active', facts.get('installed') ?? '');
    facts.set('at', text(at));
    return true;
  },
});
const KERNELS = { active: '6.1.0-9-amd64', installed: '6.1.0-9-amd64', available: '6.1.0-56-amd64' };

stateContract({
  name: 'kernelpkg', open: openWorld(kernelpkg, kernelsOf),
  changing: [
    { title: 'the newest kernel', fun: 'kernelpkg.latest_installed', args: () => ({ name: 'kernel' }), prepare: put(KERNELS), foretold: silent },
    { title: 'the newest kernel runs', fun: 'kernelpkg.latest_active', args: () => ({ name: 'kernel', at_time: 1 }), prepare: put({ ...KERNELS, installed: '6.1.0-56-amd64' }) },
    { title: 'the newest kernel runs after a change', fun: 'kernelpkg.mod_watch', args: () => ({ name: 'kernel', sfun: 'latest_wait' }), prepare: put({ ...KERNELS, installed: '6.1.0-56-amd64' }) },
  ],
  idle: [
    { title: 'the newest is there', fun: 'kernelpkg.latest_installed', args: () => ({ name: 'kernel' }), prepare: put({ ...KERNELS, available: '6.1.0-9-amd64' }) },
    { title: 'the newest runs', fun: 'kernelpkg.latest_active', args: () => ({ name: 'kernel' }), prepare: put(KERNELS) },
    { title: 'nothing changed', fun: 'kernelpkg.latest_wait', args: () => ({ name: 'kernel' }), prepare: put({ ...KERNELS, installed: '6.1.0-56-amd64' }) },
  ],
  failing: [
    { title: 'no kernel at all', fun: 'kernelpkg.latest_installed', args: () => ({ name: 'kernel' }), comment: /^No kernel is installed and none is available$/ },
    { title: 'a state that watches nothing', fun: 'kernelpkg.mod_watch', args: () => ({ name: 'kernel', sfun: 'latest_installed' }), comment: /^kernelpkg\.latest_installed does not work with the watch requisite\.$/ },
  ],
});

stateContract({
  name: 'firewall',
  open: openWorld(firewall, () => ({
    'network.connect': ([host, port], { proto = null }) => {
      const isOpen = port === 80 && proto === 'tcp';
      return { result: isOpen, comment: isOpen ? `Successfully connected to ${text(host)} (192.0.2.1) on tcp port 80` : `Unable to connect to ${text(host)} (192.0.2.1) on tcp port ${text(port)}` };
    },
  })),
  changing: [],
  idle: [{ title: 'a port that answers', fun: 'firewall.check', args: () => ({ name: 'web.example.org', port: 80, kwargs: { proto: 'tcp' } }) }],
  failing: [{ title: 'a port that does not answer', fun: 'firewall.check', args: () => ({ name: 'web.example.org', port: 81, kwargs: {} }), comment: /^Unable to connect to web\.example\.org/ }],
});

/** Process to state; what the configuration has, but nobody added, is `configured <group>`. */
const supervisordOf = (facts: Map<string, string>): Functions => {
  const ofName = (name: Value | undefined): string[] => [...facts.keys()].filter((key) => !key.startsWith('configured ') && (text(name).endsWith(':') ? key.startsWith(text(name)) : key === name));
  const all = (name: Value | undefined, state: string): Value => {
    if (name === 'web:busy') return 'web:busy: ERROR (spawn error)';
    for (const process of ofName(name)) facts.set(process, state);
    return ofName(name).length === 0 ? `${text(name)}: ERROR (no such process)` : `${text(name)}: started`;
  };
  return {
    'supervisord.status': () => (facts.has('down')
      ? { 'ERROR:': { state: 'unix:///run/supervisor.sock', reason: 'refused connection' } }
      : Object.fromEntries([...facts].filter(([key]) => !key.startsWith('configured ')).map(([key, state]) => [key, { state, reason: '' }]))),
    'supervisord.status_raw': () => 'ERROR: unix:///run/supervisor.sock refused connection',
    'supervisord.reread': () => 'No config updates to processes',
    'supervisord.add': ([name]) => {
      const group = text(name).replace(/:$/, '');
      if (!facts.delete(`configured ${group}`)) return `ERROR: no such process/group: ${group}`;
      facts.set(group, 'STOPPED');
      return `${group}: added process group`;
    },
    'supervisord.update': () => '', 'supervisord.start': ([name]) => all(name, 'RUNNING'), 'supervisord.restart': ([name]) => all(name, 'RUNNING'), 'supervisord.stop': ([name]) => all(name, 'STOPPED'),
  };
};
const PROCESSES = { 'web:one': 'RUNNING', 'web:two': 'EXITED', cron: 'RUNNING', off: 'STOPPED' };
const service = (name: string, more: PlainMap = {}) => (): PlainMap => ({ name, kwargs: {}, ...more });

stateContract({
  name: 'supervisord', open: openWorld(supervisord, supervisordOf),
  changing: [
    { title: 'a process', fun: 'supervisord.running', args: service('off'), prepare: put(PROCESSES) },
    { title: 'the rest of a group', fun: 'supervisord.running', args: service('web:*'), prepare: put(PROCESSES) },
    { title: 'a process of the configuration', fun: 'supervisord.running', args: service('new'), prepare: put({ 'configured new': '' }) },
    { title: 'a process anew after a change', fun: 'supervisord.mod_watch', args: service('cron'), prepare: put(PROCESSES), repeats: 'it is called after a change alone' },
    { title: 'no process', fun: 'supervisord.dead', args: service('cron'), prepare: put(PROCESSES) },
    { title: 'no group, of which a part runs', fun: 'supervisord.dead', args: service('web:'), prepare: put(PROCESSES) },
  ],
  idle: [
    { title: 'a process that runs', fun: 'supervisord.running', args: service('cron', { update: true }), prepare: put(PROCESSES) },
    { title: 'a process that does not run', fun: 'supervisord.dead', args: service('off'), prepare: put(PROCESSES) },
    { title: 'a process that nobody knows', fun: 'supervisord.dead', args: service('none'), prepare: put(PROCESSES) },
  ],
  failing: [
    { title: 'a process that is not configured', fun: 'supervisord.running', args: service('none'), prepare: put(PROCESSES), comment: /^ERROR: no such process\/group: none$/ },
    { title: 'a process that does not start', fun: 'supervisord.running', args: service('web:busy'), prepare: put({ 'web:busy': 'FATAL' }), comment: /^web:busy: ERROR \(spawn error\)$/ },
    { title: 'no supervisord', fun: 'supervisord.running', args: service('cron'), prepare: put({ down: '1' }), comment: /^ERROR: unix:\/\/\/run\/supervisor\.sock refused connection$/ },
    { title: 'no supervisord to stop anything', fun: 'supervisord.dead', args: service('cron'), prepare: put({ down: '1' }), comment: /refused connection$/ },
  ],
});
