/**
 * What authors of plugins import as `tsalt/plugin`: declarations, parameters, errors and the types of values.
 * Nothing of the program itself; a plugin reaches that through its context.
 */
export {
  authConfig, authOption, defineAuth, defineBeacon, defineEngine, defineExtPillar, defineFileserver, defineGrains, defineModule, defineOutput, defineReturner, defineRunner, defineSdb, defineState, defineTops, defineWheel, fn,
} from './plugin.js';
export type {
  AuthPlugin, BeaconPlugin, EngineDeclaration, ExtPillarDeclaration, ExtPillarPlugin, FileserverPlugin, Fn, FnDeclaration, FunctionPlugin, GrainsPlugin, OutputOptions, OutputPlugin, PillarSource, Plugin,
  PluginKind, ReturnerPlugin, SdbPlugin, TopsPlugin,
} from './plugin.js';
export { beaconOptions, VALID_BEACON } from './beacon.js';
export type { BeaconVerdict } from './beacon.js';
export type { ReturnerContext, ReturnerOption } from './returner.js';
export { listedJob } from './listed-job.js';
export { fireEvent } from './engine.js';
export { p } from './params.js';
export type { ArgsOf, Param, Params } from './params.js';
export {
  CommandExecutionError, CommandNotFoundError, FunctionMissingError, InvocationError, PythonError, TsaltError,
} from './errors.js';
export type { Context } from './context.js';
export type { FileBackend, FileHash, LockAnswer, ServedFile, UpdateFacts, UpdateRequest } from './file-backend.js';
export type { Logger } from './log.js';
export type { Ports } from './ports.js';
export { done, failed, wouldChange } from './state.js';
export type { StateReturn, StateRun } from './state.js';
export type { Sys } from './sys.js';
export {
  DateTime, Float, equalValues, floatOf, isMap, isTruthy, mapEntries, mapFrom, mapGet, typeName,
} from '../std/value.js';
export type { PlainMap, Value, ValueMap } from '../std/value.js';
export type { TopsRequest } from './tops.js';
