// SPDX-License-Identifier: Apache-2.0
// The AsyncAPI document, read by the public parser: it must find nothing wrong.
//   node check_asyncapi.js FILE
import {readFileSync} from 'node:fs';
import asyncapi from '@asyncapi/parser';

const {document, diagnostics} = await new asyncapi.Parser().parse(readFileSync(process.argv[2], 'utf8'));
const found = diagnostics.filter((each) => each.severity <= 1);
for (const each of found) console.error(each.severity === 0 ? 'error' : 'warning', each.path.join('/'), each.message);
if (!document || found.length > 0) process.exit(1);
const operations = document.allOperations();
console.log(`AsyncAPI ${document.version()}: ${document.allChannels().length} channels, ${operations.length} operations, ` +
            `${document.allMessages().length} messages, ${document.allSchemas().length} schemas: nothing wrong`);
