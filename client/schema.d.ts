/** Generated from docs/openapi.json by `npm run document`. */
export interface paths {
    "/v1/findings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List findings
         * @description Findings that stand, newest `firstSeen` first. Superseded ones are left out.
         */
        get: operations["listFindings"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/findings/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a finding
         * @description One finding. One that was merged into another says so in `supersededBy`. An id that is no longer stored leads to the finding that its first operation now stands in; `Content-Location` then names that.
         */
        get: operations["getFinding"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Triage a finding
         * @description Changes status, verdict or assignee, or appends a comment, as one revision of reason `triage`. `If-Match` is held against the revision, which `lastSignIn` does not move; `*` writes on whatever revision there is. A patch that changes nothing makes no revision. A resolved finding that gains an operation or a view is `new` again: nobody has judged what it gained.
         */
        patch: operations["triageFinding"];
        trace?: never;
    };
    "/v1/findings/{id}/evidence": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the evidence of a finding
         * @description Every matched operation with the sign-ins that matched it, the source of both to the byte, and how long each step took. Oldest operation first.
         */
        get: operations["listEvidence"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/findings/{id}/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the history of a finding
         * @description Who changed what and when, and what the service did itself. Oldest first; of a long one the last 500. It has the histories of the findings that were merged into it.
         */
        get: operations["listHistory"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/changes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read the feed of changes
         * @description Every revision of every finding once, none skipped, in order within a tenant. With `wait` the request is held until something comes. Read on from the `cursor` of the answer; where `Accept` names `application/cloudevents-batch+json` the answer is an array of CloudEvents 1.0, and the cursor stands in `Next-Cursor`, `Link` and the `cursor` of each event.
         */
        get: operations["listChanges"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/stream": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Follow the feed of changes
         * @description The feed as server-sent events, until either side ends it. Events are called `change`; their `data` is one line of JSON, as an item of `/v1/changes`, and their `id` its cursor, so that `Last-Event-ID` resumes without a gap, also from a cursor of `/v1/changes`, and the other way round. An event of an id alone says the place where the stream begins. Where `/v1/changes` answers 410, an event `resync` comes, `data` `{ cursor, problem }`, and the stream ends: list the findings, then go on from that cursor. A comment every 15 s keeps the connection open; a reader that takes nothing for 30 s is cut off.
         */
        get: operations["streamChanges"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/rule": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the rule in force
         * @description What is looked for, in which window, by which names, and the query that the strict view is equal to.
         */
        get: operations["getRule"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/rule/rows": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the rule's rows at a moment
         * @description What the query would return when run at that moment over all that was received, under the rule's own column names. `tenantId` may be left out where only one tenant is known.
         */
        get: operations["getRuleRows"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/guests": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List guests
         * @description All guests whose sign-ins are kept, by tenant, UPN and object id.
         */
        get: operations["listGuests"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/guests/{upnOrObjectId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a guest
         * @description One guest, by UPN or object id. `tenantId` is needed only where several tenants know the guest.
         */
        get: operations["getGuest"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/explain": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Explain an actor
         * @description Each privileged operation and each sign-in of the actor that is kept, with every predicate that held or failed in either view, and what is no longer, or never was, kept.
         */
        get: operations["explainActor"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/coverage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the coverage
         * @description Per hub and partition: position, lag, the spans of enqueued time read without a gap, the estimate for event time, gaps, and what silence means.
         */
        get: operations["getCoverage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/dead-letters": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List dead letters
         * @description Events and records that could not be understood, with reason, source and the bytes kept. Newest first.
         */
        get: operations["listDeadLetters"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/dead-letters/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Retry dead letters
         * @description Reads dead letters again, newest first: from the bytes kept where they are whole, else the event at its source while the hub has it. What is understood by now is applied and taken off the list; the rest stays. To ask again is safe. Reading at the source interrupts whoever reads the partition for a moment.
         */
        post: operations["retryDeadLetters"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/suppressions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List suppressions
         * @description What is expected, by whom and until when, and how much each has hidden.
         */
        get: operations["listSuppressions"];
        put?: never;
        /**
         * Create a suppression
         * @description Findings that it covers whole are still made, stored and counted, and are in the feed with `suppressed` set, but left out of lists unless asked for, and told to nobody. One that would hide everything is refused.
         */
        post: operations["createSuppression"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/suppressions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a suppression
         * @description One suppression, in force or ended.
         */
        get: operations["getSuppression"];
        put?: never;
        post?: never;
        /**
         * End a suppression
         * @description What it hid comes back, as one revision of each finding. What it was and has hidden is still told of, as `ended`, as long as findings are kept.
         */
        delete: operations["deleteSuppression"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/suppressions/{id}/findings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List what a suppression has hidden
         * @description Findings that it hides or has hidden, as they are now, the last first; of very many the last 1,000. Of merged ones, those that stand.
         */
        get: operations["listSuppressedFindings"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List webhooks
         * @description Where findings are delivered to, and how each receiver stands. By name. One that gets findings of more tenants than the caller may see is not shown.
         */
        get: operations["listWebhooks"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/{name}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Test a webhook
         * @description Sends a signed event that marks itself as a test, once, also to a webhook that is disabled, and answers with what came of it. One that is taken enables the webhook. `waiting` in the answer: no process that delivers has come to it yet.
         */
        post: operations["testWebhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List deliveries
         * @description What waits, what failed and what was delivered of late, with each try. Newest first.
         */
        get: operations["listDeliveries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/deliveries/{id}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send a delivery again
         * @description One that failed begins its tries anew; one that waits is tried at once, unless an earlier revision of its finding waits. It may come after later revisions: receivers compare `revision`. One that was delivered is not sent again.
         */
        post: operations["retryDelivery"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get this document
         * @description Every call, what it takes and what it may answer, for programs.
         */
        get: operations["getDocument"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/docs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Read this document
         * @description The same for people, with forms to try each call.
         */
        get: operations["getDocs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description A remark of an analyst. */
        Comment: {
            /**
             * Format: date-time
             * @description When it was written. RFC 3339, UTC.
             * @example 2026-11-23T03:12:09.1234567Z
             */
            at: string;
            /**
             * @description Who wrote it.
             * @example ann
             */
            by: string;
            /**
             * @description What it says.
             * @example Called the partner: expected.
             */
            text: string;
        };
        /** @description The suppression that expects the activity of a finding. */
        Suppressed: {
            /**
             * @description Its id.
             * @example 7c1f0d8e5b6a4c3d9e2f1a0b8c7d6e5f
             */
            id: string;
            /**
             * @description Who answers for it.
             * @example identity-team
             */
            owner: string;
            /**
             * @description Why the activity is expected.
             * @example The partner rotates credentials on weekdays.
             */
            reason: string;
            /**
             * Format: date-time
             * @description From then on it hides nothing. RFC 3339, UTC.
             * @example 2026-11-23T03:12:09.1234567Z
             */
            expiresAt: string;
        };
        /** @description Privileged operations of one guest from one address, and what is known of them. */
        Finding: {
            /**
             * @description Made from the facts: the same facts give the same id.
             * @example 5d0f4f2b8a1c4e0d9a7b6c5d4e3f2a1b
             */
            id: string;
            /**
             * @description Grows by one with every published change.
             * @example 3
             */
            revision: number;
            /**
             * @description The finding that took this one in; null for a finding that stands.
             * @example null
             */
            supersededBy: string | null;
            /**
             * @description Tenant, lower case.
             * @example 3f0b6f0a-64b3-4a86-a4b1-0a5d5a3f6c11
             */
            tenantId: string;
            /**
             * @description The actor's UPN, lower case; empty where known by object id alone.
             * @example ann_partner.com#ext#@contoso.onmicrosoft.com
             */
            actorUpn: string;
            /**
             * @description The actor's object id.
             * @example 9d5e6f0c-94c9-4f6b-a5a0-7b0e2c7a1f22
             */
            actorObjectId: string | null;
            /**
             * @description The UPN's part before `@`.
             * @example ann_partner.com#ext#
             */
            accountName: string;
            /**
             * @description The UPN's part after `@`.
             * @example contoso.onmicrosoft.com
             */
            accountUpnSuffix: string;
            /**
             * @description UPN of the newest matching sign-in that has one.
             * @example ann@partner.com
             */
            guestUpn: string | null;
            /**
             * @description Address that the operations came from; empty where there is none.
             * @example 203.0.113.7
             */
            actorIp: string;
            /**
             * @description Address among the additional details of the newest operation that has one.
             * @example null
             */
            clientIp: string | null;
            /**
             * Format: date-time
             * @description Event time of the first operation. RFC 3339, UTC.
             * @example 2026-11-23T03:12:09.1234567Z
             */
            firstSeen: string;
            /**
             * Format: date-time
             * @description Event time of the last operation. RFC 3339, UTC.
             * @example 2026-11-23T03:12:09.1234567Z
             */
            lastSeen: string;
            /**
             * Format: date-time
             * @description Event time of the newest matching sign-in. It may move without a new revision. RFC 3339, UTC.
             * @example 2026-11-23T03:12:09.1234567Z
             */
            lastSignIn: string | null;
            /**
             * @description Address of that sign-in.
             * @example 198.51.100.4
             */
            signInIp: string;
            /**
             * @description Distinct operation names as written, sorted.
             * @example [
             *       "Add member to role"
             *     ]
             */
            operations: string[];
            /**
             * @description Distinct target names as the rule reads them, sorted.
             * @example [
             *       ""
             *     ]
             */
            targets: string[];
            /**
             * @description What a person would call the targets, sorted.
             * @example [
             *       "Global Administrator"
             *     ]
             */
            targetNames: string[];
            /**
             * @description Number of distinct correlation ids.
             * @example 1
             */
            eventCount: number;
            /**
             * @description The views it stands in: `strict` is the rule to the letter, `resolved` what the rule means (identities resolved, spellings set aside).
             * @example [
             *       "resolved"
             *     ]
             */
            views: ("strict" | "resolved")[];
            /**
             * @description Why it stands in one view and not in the other; empty where it stands in both.
             * @example [
             *       "object_id"
             *     ]
             */
            reasonCodes: ("object_id" | "ext_upn" | "no_upn" | "operation_spelling" | "no_targets" | "outbound_guest" | "other_object" | "extra_operation")[];
            /**
             * @description True when one of its operations was enqueued more than 15 minutes after its event time.
             * @example false
             */
            late: boolean;
            /**
             * @description The rule's severity.
             * @example informational
             * @enum {string}
             */
            severity: "informational" | "low" | "medium" | "high";
            /**
             * @description The rule's MITRE ATT&CK tactics.
             * @example [
             *       "Persistence",
             *       "PrivilegeEscalation"
             *     ]
             */
            tactics: string[];
            /**
             * @description The rule's MITRE ATT&CK techniques.
             * @example [
             *       "T1098.001",
             *       "T1098.003",
             *       "T1078.004"
             *     ]
             */
            techniques: string[];
            /**
             * @description State of triage. A resolved finding is `new` again when it gains an operation or a view.
             * @example new
             * @enum {string}
             */
            status: "new" | "inProgress" | "resolved";
            /**
             * @description Verdict of triage.
             * @example truePositive
             * @enum {string|null}
             */
            classification: "truePositive" | "falsePositive" | "benignPositive" | null;
            /**
             * @description Who works on it.
             * @example null
             */
            assignedTo: string | null;
            /** @description Remarks, oldest first; after a merge the newest 50, all of them stand in the history. */
            comments: components["schemas"]["Comment"][];
            /** @description Null for a finding that nobody expects, or not all of it. */
            suppressed: components["schemas"]["Suppressed"] | null;
            /**
             * @description Number of operations matched, whether listed as evidence or not.
             * @example 1
             */
            evidenceCount: number;
            /**
             * @description True when the evidence lists the 500 oldest and the 500 newest operations only.
             * @example false
             */
            evidenceTruncated: boolean;
            /**
             * @description True when `operations`, `targets` or `targetNames` list their lowest 1,000 only.
             * @example false
             */
            targetsTruncated: boolean;
            /**
             * @description Names the wording of the rule that decided.
             * @example 0f3a9c1d2b4e5f60
             */
            ruleHash: string;
            /**
             * Format: date-time
             * @description When the finding was raised. RFC 3339, UTC.
             * @example 2026-11-23T03:12:09.1234567Z
             */
            createdAt: string | null;
            /**
             * Format: date-time
             * @description When its last revision was made. RFC 3339, UTC.
             * @example 2026-11-23T03:12:09.1234567Z
             */
            updatedAt: string | null;
        };
        /** @description One page, newest `firstSeen` first. It may be shorter than the limit: only a null `nextCursor` ends the list. */
        FindingsPage: {
            /** @description At most `limit` of them, newest `firstSeen` first. */
            items: components["schemas"]["Finding"][];
            /**
             * @description Give it as `cursor`, with the same filters, for the next page. Null at the end.
             * @example null
             */
            nextCursor: string | null;
        };
        /** @description A finding as an OCSF 1.8.0 Detection Finding, with the profiles `cloud` and `incident`. */
        OcsfDetectionFinding: {
            /**
             * @description Code of the class: 2004, Detection Finding.
             * @example 2004
             */
            class_uid: number;
            /**
             * @description Code: 1 create; 2 update; 3 close, for a finding that is resolved or superseded.
             * @example 1
             */
            activity_id: number;
            /**
             * @description Code: `class_uid` * 100 + `activity_id`.
             * @example 200401
             */
            type_uid: number;
            /**
             * @description Code of the category: 2, Findings.
             * @example 2
             */
            category_uid: number;
            /**
             * @description When the revision was made, in milliseconds since the Unix epoch.
             * @example 1795403561000
             */
            time: number;
            /**
             * @description Code: 1 informational, 2 low, 3 medium, 4 high.
             * @example 3
             */
            severity_id: number;
            /**
             * @description Code: 1 new, 2 in progress, 3 suppressed, 4 resolved, 99 superseded.
             * @example 1
             */
            status_id: number;
            /**
             * @description Code: 3 where both views agree or the object ids are equal, 2 where the home UPNs are, 1 for the strict view alone.
             * @example 3
             */
            confidence_id: number;
            /**
             * @description False for what is closed or suppressed.
             * @example false
             */
            is_alert: boolean;
            /**
             * @description `version` 1.8.0; `tenant_uid`; in the feed `uid`, which names the revision for good.
             * @example {
             *       "version": "1.8.0",
             *       "tenant_uid": "3f0b6f0a-64b3-4a86-a4b1-0a5d5a3f6c11",
             *       "uid": "3fa94c07-1764000000000-0"
             *     }
             */
            metadata: {
                [key: string]: unknown;
            };
            /**
             * @description `uid` is the id of the finding; title, rule, attacks and times.
             * @example {
             *       "uid": "5d0f4f2b8a1c4e0d9a7b6c5d4e3f2a1b"
             *     }
             */
            finding_info: {
                [key: string]: unknown;
            };
            /**
             * @description One for each operation, with who did it and from where, and one for the newest sign-in.
             * @example [
             *       {
             *         "src_endpoint": {
             *           "ip": "203.0.113.7"
             *         }
             *       }
             *     ]
             */
            evidences: {
                [key: string]: unknown;
            }[];
            /**
             * @description The targets.
             * @example [
             *       {
             *         "name": "Global Administrator"
             *       }
             *     ]
             */
            resources: {
                [key: string]: unknown;
            }[];
            /**
             * @description What a finding says beyond OCSF, under its own names: `views`, `reasonCodes` and more.
             * @example {
             *       "views": [
             *         "resolved"
             *       ],
             *       "reasonCodes": [
             *         "object_id"
             *       ]
             *     }
             */
            unmapped: {
                [key: string]: unknown;
            };
        } & {
            [key: string]: unknown;
        };
        /** @description One page, newest `firstSeen` first. It may be shorter than the limit: only a null `nextCursor` ends the list. */
        OcsfFindingsPage: {
            /** @description At most `limit` of them, newest `firstSeen` first. */
            items: components["schemas"]["OcsfDetectionFinding"][];
            /**
             * @description Give it as `cursor`, with the same filters, for the next page. Null at the end.
             * @example null
             */
            nextCursor: string | null;
        };
        /** @description One fault of the input. */
        Fault: {
            /**
             * @description Where it is.
             * @example query
             * @enum {string}
             */
            in: "query" | "path" | "header" | "body";
            /**
             * @description Name of the parameter or field.
             * @example limit
             */
            name: string;
            /**
             * @description What is wrong, and the mend.
             * @example must be a whole number from 1 to 1000
             */
            detail: string;
        };
        /** @description Why a request was not answered (RFC 9457). */
        Problem: {
            /**
             * @description Stable: what a program decides by.
             * @example urn:guestwatch:problem:bad_request
             * @enum {string}
             */
            type: "urn:guestwatch:problem:bad_request" | "urn:guestwatch:problem:invalid_parameters" | "urn:guestwatch:problem:bad_cursor" | "urn:guestwatch:problem:tenant_required" | "urn:guestwatch:problem:beyond_retention" | "urn:guestwatch:problem:unauthenticated" | "urn:guestwatch:problem:forbidden" | "urn:guestwatch:problem:not_found" | "urn:guestwatch:problem:superseded" | "urn:guestwatch:problem:too_many_comments" | "urn:guestwatch:problem:too_many_suppressions" | "urn:guestwatch:problem:method_not_allowed" | "urn:guestwatch:problem:not_acceptable" | "urn:guestwatch:problem:request_timeout" | "urn:guestwatch:problem:already_delivered" | "urn:guestwatch:problem:resync" | "urn:guestwatch:problem:precondition_failed" | "urn:guestwatch:problem:body_too_large" | "urn:guestwatch:problem:url_too_long" | "urn:guestwatch:problem:unsupported_media_type" | "urn:guestwatch:problem:misdirected_host" | "urn:guestwatch:problem:precondition_required" | "urn:guestwatch:problem:rate_limited" | "urn:guestwatch:problem:headers_too_large" | "urn:guestwatch:problem:internal" | "urn:guestwatch:problem:unavailable";
            /**
             * @description The kind of problem, for people.
             * @example Invalid parameters
             */
            title: string;
            /**
             * @description The HTTP status.
             * @example 400
             */
            status: number;
            /**
             * @description What was wrong this time, and the mend.
             * @example 1 parameter is at fault.
             */
            detail: string;
            /**
             * @description Under which the service's log has it.
             * @example 7f0c6b1e-9d0b-4a51-b0f0-0d3c2f8f3a10
             */
            requestId: string;
            /** @description Every fault of the input, for bad input. */
            errors?: components["schemas"]["Fault"][];
            /**
             * @description The finding that stands, where the one asked for was merged.
             * @example f-1
             */
            supersededBy?: string;
            finding?: components["schemas"]["Finding"];
        };
        /** @description Where a record came from, to the byte. */
        Source: {
            /**
             * @description Event hub; of a replayed file its name.
             * @example insights-logs-auditlogs
             */
            hub: string;
            /**
             * @description Partition of the hub.
             * @example 0
             */
            partition: string;
            /**
             * @description Sequence number of the event in its partition.
             * @example 4711
             */
            sequenceNumber: number;
            /**
             * @description Index of the record among the event's records, from 0.
             * @example 0
             */
            recordIndex: number;
            /**
             * Format: date-time
             * @description When Event Hubs took the event in; null for a file. RFC 3339, UTC.
             * @example 2026-11-23T03:12:09.1234567Z
             */
            enqueuedAt: string | null;
            /**
             * @description SHA-256 of the record's own bytes, 64 lower-case hex digits.
             * @example a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3
             */
            sha256: string;
        };
        /** @description A privileged operation that succeeded, as its audit record says. */
        Operation: {
            /**
             * @description Tenant, lower case.
             * @example 3f0b6f0a-64b3-4a86-a4b1-0a5d5a3f6c11
             */
            tenantId: string;
            /**
             * @description The actor's UPN, lower case.
             * @example ann_partner.com#ext#@contoso.onmicrosoft.com
             */
            actorUpn: string;
            /**
             * @description The actor's object id, lower case.
             * @example 9d5e6f0c-94c9-4f6b-a5a0-7b0e2c7a1f22
             */
            actorObjectId: string | null;
            /**
             * Format: date-time
             * @description Event time. RFC 3339, UTC.
             * @example 2026-11-23T03:12:09.1234567Z
             */
            time: string;
            /**
             * @description The user's IP address as written, else the app's.
             * @example 203.0.113.7
             */
            actorIp: string;
            /**
             * @description The address among the additional details of the record.
             * @example null
             */
            clientIp: string | null;
            /**
             * @description Operation name as written.
             * @example Add member to role
             */
            operation: string;
            /**
             * @description Correlation id as written.
             * @example 0c6f1a8e-6f0e-4a5e-8f53-51b8b8d6a001
             */
            correlationId: string | null;
            /**
             * @description Display names of the targets as written.
             * @example [
             *       ""
             *     ]
             */
            targets: string[];
            /**
             * @description What a person would call the targets.
             * @example [
             *       "Global Administrator"
             *     ]
             */
            targetNames: string[];
            /**
             * @description The record's id.
             * @example Directory_0c6f1a8e_1
             */
            recordId: string | null;
            source: components["schemas"]["Source"];
        };
        /** @description A successful sign-in of a guest, as its record says. */
        SignIn: {
            /**
             * @description Tenant, lower case.
             * @example 3f0b6f0a-64b3-4a86-a4b1-0a5d5a3f6c11
             */
            tenantId: string;
            /**
             * @description The guest's UPN, lower case.
             * @example ann@partner.com
             */
            upn: string | null;
            /**
             * @description The guest's object id, lower case.
             * @example 9d5e6f0c-94c9-4f6b-a5a0-7b0e2c7a1f22
             */
            objectId: string | null;
            /**
             * Format: date-time
             * @description Event time. RFC 3339, UTC.
             * @example 2026-11-23T03:12:09.1234567Z
             */
            time: string;
            /**
             * Format: date-time
             * @description When the sign-in was begun. RFC 3339, UTC.
             * @example 2026-11-23T03:12:09.1234567Z
             */
            createdDateTime: string | null;
            /**
             * @description IP address as written.
             * @example 198.51.100.4
             */
            ip: string | null;
            /**
             * @description The guest's home tenant, lower case.
             * @example null
             */
            homeTenantId: string | null;
            /**
             * @description The tenant signed in to, lower case.
             * @example null
             */
            resourceTenantId: string | null;
            /**
             * @description The record's id.
             * @example 5a1d6e1c-7f0f-4d7a-9b52-2f5f3e0b7700
             */
            recordId: string | null;
            source: components["schemas"]["Source"];
        };
        /** @description The operation's way through the service. */
        Latency: {
            /**
             * Format: date-time
             * @description When it happened. RFC 3339, UTC.
             * @example 2026-11-23T03:12:09.1234567Z
             */
            eventTime: string;
            /**
             * Format: date-time
             * @description When Event Hubs took it in. RFC 3339, UTC.
             * @example 2026-11-23T03:12:09.1234567Z
             */
            enqueuedAt: string | null;
            /**
             * Format: date-time
             * @description When this service had it in hand. RFC 3339, UTC.
             * @example 2026-11-23T03:12:09.1234567Z
             */
            receivedAt: string | null;
            /**
             * Format: date-time
             * @description When it was decided upon. RFC 3339, UTC.
             * @example 2026-11-23T03:12:09.1234567Z
             */
            decidedAt: string | null;
        };
        /** @description One matched operation and the sign-ins that matched it. */
        EvidenceItem: {
            operation: components["schemas"]["Operation"];
            /** @description Records of the same id that differ from it. */
            variants: components["schemas"]["Operation"][];
            /** @description Per view and reason the nearest before, the nearest after and the newest; oldest first. */
            signIns: components["schemas"]["SignIn"][];
            /**
             * @description The views it stands in: `strict` is the rule to the letter, `resolved` what the rule means (identities resolved, spellings set aside).
             * @example [
             *       "resolved"
             *     ]
             */
            views: ("strict" | "resolved")[];
            /**
             * @description Why it stands in one view and not in the other; empty where it stands in both.
             * @example [
             *       "object_id"
             *     ]
             */
            reasonCodes: ("object_id" | "ext_upn" | "no_upn" | "operation_spelling" | "no_targets" | "outbound_guest" | "other_object" | "extra_operation")[];
            latency: components["schemas"]["Latency"];
        };
        /** @description One page, oldest operation first. It may be shorter than the limit: only a null `nextCursor` ends the list. */
        EvidencePage: {
            /** @description At most `limit` of them, oldest operation first. */
            items: components["schemas"]["EvidenceItem"][];
            /**
             * @description Give it as `cursor`, with the same filters, for the next page. Null at the end.
             * @example null
             */
            nextCursor: string | null;
        };
        /** @description What is to be changed; what is left out stays. */
        TriageRequest: {
            /**
             * @description Where the work on it stands.
             * @example new
             * @enum {string}
             */
            status?: "new" | "inProgress" | "resolved";
            /**
             * @description The verdict; null takes it back.
             * @example truePositive
             * @enum {string|null}
             */
            classification?: "truePositive" | "falsePositive" | "benignPositive" | null;
            /**
             * @description Who works on it; null for nobody.
             * @example ann
             */
            assignedTo?: string | null;
            /**
             * @description Appended, with its author and time.
             * @example Called the partner: expected.
             */
            comment?: string;
        };
        /** @description Another status. */
        StatusMoved: {
            /**
             * @description State of triage.
             * @example new
             * @enum {string}
             */
            from: "new" | "inProgress" | "resolved";
            /**
             * @description State of triage.
             * @example new
             * @enum {string}
             */
            to: "new" | "inProgress" | "resolved";
        };
        /** @description Another verdict. */
        ClassificationMoved: {
            /**
             * @description Verdict of triage.
             * @example truePositive
             * @enum {string|null}
             */
            from: "truePositive" | "falsePositive" | "benignPositive" | null;
            /**
             * @description Verdict of triage.
             * @example truePositive
             * @enum {string|null}
             */
            to: "truePositive" | "falsePositive" | "benignPositive" | null;
        };
        /** @description Someone else works on it. */
        AssigneeMoved: {
            /**
             * @description Who works on it.
             * @example null
             */
            from: string | null;
            /**
             * @description Who works on it.
             * @example null
             */
            to: string | null;
        };
        /** @description What happened; members that it does not concern are left out. */
        HistoryChange: {
            /**
             * @description `triage`: someone changed it. By the service itself: `merged`, other findings were taken in; `reopened`, it was resolved and gained an operation or a view; `suppressed` and `unsuppressed`, its activity is expected from now on, or no longer.
             * @example triage
             * @enum {string}
             */
            kind: "triage" | "merged" | "reopened" | "suppressed" | "unsuppressed";
            status?: components["schemas"]["StatusMoved"];
            classification?: components["schemas"]["ClassificationMoved"];
            assignedTo?: components["schemas"]["AssigneeMoved"];
            /**
             * @description The comment that was added.
             * @example Called the partner: expected.
             */
            comment?: string;
            /**
             * @description Ids of the findings that were taken in.
             * @example [
             *       "5d0f4f2b8a1c4e0d9a7b6c5d4e3f2a1b"
             *     ]
             */
            findings?: string[];
            /**
             * @description Of the revision that reopened it.
             * @example rebuilt
             * @enum {string}
             */
            reason?: "rebuilt" | "merge" | "new" | "late_operation" | "operation" | "late_sign_in" | "sign_in" | "triage";
            suppression?: components["schemas"]["Suppressed"];
        };
        /** @description Something that happened to a finding beside what its facts did. */
        HistoryItem: {
            /**
             * Format: date-time
             * @description When. RFC 3339, UTC.
             * @example 2026-11-23T03:12:09.1234567Z
             */
            at: string;
            /**
             * @description The name of the key or token that did it, or `guestwatch`.
             * @example ann
             */
            by: string;
            change: components["schemas"]["HistoryChange"];
        };
        /** @description One page, oldest first. It may be shorter than the limit: only a null `nextCursor` ends the list. */
        HistoryPage: {
            /** @description At most `limit` of them, oldest first. */
            items: components["schemas"]["HistoryItem"][];
            /**
             * @description Give it as `cursor`, with the same filters, for the next page. Null at the end.
             * @example null
             */
            nextCursor: string | null;
        };
        /** @description One revision of a finding. */
        Change: {
            /**
             * @description The place after this change: give it as `after` to go on from here.
             * @example c1-4711
             */
            cursor: string;
            /**
             * @description Why the revision was made.
             * @example rebuilt
             * @enum {string}
             */
            reason: "rebuilt" | "merge" | "new" | "late_operation" | "operation" | "late_sign_in" | "sign_in" | "triage";
            finding: components["schemas"]["Finding"];
        };
        /** @description Revisions in order, none skipped, each once. */
        Changes: {
            /** @description At most `limit` of them, in order within a tenant. Empty when nothing came. */
            items: components["schemas"]["Change"][];
            /**
             * @description Give it as `after` to go on, whether items came or not.
             * @example c1-4711
             */
            cursor: string;
        };
        /** @description One revision of a finding. */
        OcsfChange: {
            /**
             * @description The place after this change: give it as `after` to go on from here.
             * @example c1-4711
             */
            cursor: string;
            /**
             * @description Why the revision was made.
             * @example rebuilt
             * @enum {string}
             */
            reason: "rebuilt" | "merge" | "new" | "late_operation" | "operation" | "late_sign_in" | "sign_in" | "triage";
            finding: components["schemas"]["OcsfDetectionFinding"];
        };
        /** @description Revisions in order, each finding as an OCSF event. */
        OcsfChanges: {
            /** @description At most `limit` of them, in order within a tenant. Empty when nothing came. */
            items: components["schemas"]["OcsfChange"][];
            /**
             * @description Give it as `after` to go on, whether items came or not.
             * @example c1-4711
             */
            cursor: string;
        };
        /** @description A revision as a CloudEvent 1.0. */
        CloudEvent: {
            /**
             * @description Version of CloudEvents.
             * @example 1.0
             * @enum {string}
             */
            specversion: "1.0";
            /**
             * @description Names this revision for good, the same to all who are told of it.
             * @example 3fa94c07-1764000000000-0
             */
            id: string;
            /**
             * @description Where it comes from.
             * @example urn:guestwatch:findings
             */
            source: string;
            /**
             * @description What happened. `superseded`: it was merged into another; `merged`: it took others in; `rebuilt`: it was made again after state was lost.
             * @example guestwatch.finding.created
             * @enum {string}
             */
            type: "guestwatch.finding.created" | "guestwatch.finding.updated" | "guestwatch.finding.triaged" | "guestwatch.finding.merged" | "guestwatch.finding.superseded" | "guestwatch.finding.rebuilt";
            /**
             * @description Id of the finding.
             * @example 5d0f4f2b8a1c4e0d9a7b6c5d4e3f2a1b
             */
            subject: string;
            /**
             * Format: date-time
             * @description When the revision was made. RFC 3339, UTC.
             * @example 2026-11-23T03:12:09.1234567Z
             */
            time: string;
            /**
             * @description Media type of `data`.
             * @example application/json
             * @enum {string}
             */
            datacontenttype: "application/json";
            /**
             * @description Extension: why the revision was made.
             * @example rebuilt
             * @enum {string}
             */
            reason: "rebuilt" | "merge" | "new" | "late_operation" | "operation" | "late_sign_in" | "sign_in" | "triage";
            /** @description The finding as of that revision. */
            data: components["schemas"]["Finding"] | components["schemas"]["OcsfDetectionFinding"];
            /**
             * @description Extension: the place after this change in the feed.
             * @example c1-4711
             */
            cursor: string;
        };
        /** @description Names of the operations that count, per view. */
        RuleOperations: {
            /**
             * @description Compared ignoring ASCII case and nothing else.
             * @example [
             *       "Add member to role.",
             *       "Add member to role"
             *     ]
             */
            strict: string[];
            /**
             * @description Compared with spelling set aside; additions of the configuration included.
             * @example [
             *       "add member to role"
             *     ]
             */
            resolved: string[];
        };
        /** @description The rule in force. */
        Rule: {
            /**
             * @description Id of the rule.
             * @example bb135137-8f33-45b0-8d0f-78437f79d558
             */
            id: string;
            /**
             * @description Its name.
             * @example Guest account initiating privileged Entra ID operation
             */
            name: string;
            /**
             * @description What it looks for.
             * @example A guest account that has signed in within the last day …
             */
            description: string;
            /**
             * @description Its version.
             * @example 1.0.0
             */
            version: string;
            /**
             * @description Severity of its findings.
             * @example informational
             * @enum {string}
             */
            severity: "informational" | "low" | "medium" | "high";
            /**
             * @description MITRE ATT&CK tactics.
             * @example [
             *       "Persistence",
             *       "PrivilegeEscalation"
             *     ]
             */
            tactics: string[];
            /**
             * @description MITRE ATT&CK techniques.
             * @example [
             *       "T1098.001",
             *       "T1098.003",
             *       "T1078.004"
             *     ]
             */
            techniques: string[];
            /**
             * @description How far apart a sign-in and an operation may lie, as an ISO 8601 duration.
             * @example PT24H
             */
            window: string;
            /**
             * @description The same in milliseconds.
             * @example 86400000
             */
            windowMs: number;
            operations: components["schemas"]["RuleOperations"];
            /**
             * @description The query that the strict view is equal to.
             * @example let timeframe = 1d; …
             */
            kql: string;
            /**
             * @description Names the wording of the rule; every finding carries it.
             * @example 0f3a9c1d2b4e5f60
             */
            ruleHash: string;
        };
        /** @description One row of the rule, under the rule's own column names. */
        RuleRow: {
            /**
             * @description The actor's UPN, lower case.
             * @example ann@partner.com
             */
            ActorUpn: string;
            /**
             * @description The UPN's part before `@`.
             * @example ann
             */
            AccountName: string;
            /**
             * @description The UPN's part after `@`.
             * @example partner.com
             */
            AccountUPNSuffix: string;
            /**
             * @description Address that the operations came from, as written.
             * @example 203.0.113.7
             */
            ActorIp: string;
            /**
             * Format: date-time
             * @description The guest's newest sign-in in the window. RFC 3339, UTC.
             * @example 2026-11-23T03:12:09.1234567Z
             */
            LastSignIn: string;
            /**
             * @description Address of that sign-in.
             * @example 198.51.100.4
             */
            SignInIp: string;
            /**
             * Format: date-time
             * @description First operation in the window. RFC 3339, UTC.
             * @example 2026-11-23T03:12:09.1234567Z
             */
            FirstSeen: string;
            /**
             * Format: date-time
             * @description Last operation in the window. RFC 3339, UTC.
             * @example 2026-11-23T03:12:09.1234567Z
             */
            LastSeen: string;
            /**
             * @description Distinct operation names as written, sorted.
             * @example [
             *       "Add member to role"
             *     ]
             */
            Operations: string[];
            /**
             * @description Distinct target names, sorted.
             * @example [
             *       "Global Administrator"
             *     ]
             */
            Targets: string[];
            /**
             * @description Number of distinct correlation ids.
             * @example 1
             */
            EventCount: number;
        };
        /** @description The rule's rows at a moment. */
        RuleRows: {
            /**
             * Format: date-time
             * @description The moment: the rule's window ends there. RFC 3339, UTC.
             * @example 2026-11-23T03:12:09.1234567Z
             */
            at: string;
            /**
             * @description The view that the rows are made for.
             * @example strict
             * @enum {string}
             */
            view: "strict" | "resolved";
            /**
             * @description The tenant that the rows are of.
             * @example 3f0b6f0a-64b3-4a86-a4b1-0a5d5a3f6c11
             */
            tenantId: string;
            /**
             * @description True when every record of the window was read. False: rows may be missing; `/v1/coverage` says why.
             * @example true
             */
            complete: boolean;
            /** @description Newest `FirstSeen` first, then `ActorUpn`, `ActorIp`. */
            rows: components["schemas"]["RuleRow"][];
        };
        /** @description A guest whose sign-ins are kept: all sign-ins of one UPN, or else of one object id. */
        Guest: {
            /**
             * @description Tenant, lower case.
             * @example 3f0b6f0a-64b3-4a86-a4b1-0a5d5a3f6c11
             */
            tenantId: string;
            /**
             * @description UPN, lower case; null where known by object id alone.
             * @example ann@partner.com
             */
            upn: string | null;
            /**
             * @description Object id of the newest sign-in that has one.
             * @example 9d5e6f0c-94c9-4f6b-a5a0-7b0e2c7a1f22
             */
            objectId: string | null;
            /**
             * @description All object ids seen with it, sorted; more than one means that the name changed hands.
             * @example [
             *       "9d5e6f0c-94c9-4f6b-a5a0-7b0e2c7a1f22"
             *     ]
             */
            objectIds: string[];
            /**
             * @description Home tenant of the newest sign-in that has one.
             * @example null
             */
            homeTenantId: string | null;
            /**
             * @description True when all its sign-ins went to another tenant: a member here who is a guest there.
             * @example false
             */
            outbound: boolean;
            /**
             * Format: date-time
             * @description Event time of the oldest sign-in kept. RFC 3339, UTC.
             * @example 2026-11-23T03:12:09.1234567Z
             */
            firstSignIn: string;
            /**
             * Format: date-time
             * @description Event time of the newest sign-in. RFC 3339, UTC.
             * @example 2026-11-23T03:12:09.1234567Z
             */
            lastSignIn: string;
            /**
             * @description Address of the newest sign-in.
             * @example 198.51.100.4
             */
            signInIp: string;
            /**
             * @description Distinct addresses of the sign-ins kept, sorted; the lowest 1,000.
             * @example [
             *       "198.51.100.4"
             *     ]
             */
            ips: string[];
            /**
             * @description Sign-ins kept; of a busy minute not all are.
             * @example 12
             */
            signInsKept: number;
        };
        /** @description One page, in an order of their own, which does not move with sign-ins. It may be shorter than the limit: only a null `nextCursor` ends the list. */
        GuestsPage: {
            /** @description At most `limit` of them, in an order of their own, which does not move with sign-ins. */
            items: components["schemas"]["Guest"][];
            /**
             * @description Give it as `cursor`, with the same filters, for the next page. Null at the end.
             * @example null
             */
            nextCursor: string | null;
        };
        /** @description One thing that the rule asks, and its answer. */
        Predicate: {
            /**
             * @description Stable name of the predicate.
             * @example objectIdEqual
             */
            name: string;
            /**
             * @description Whether it held; null where a side has nothing to compare.
             * @example true
             */
            held: boolean | null;
            /**
             * @description Index into `signIns` of the sign-in that it was asked of; null for a predicate of one fact alone.
             * @example 0
             */
            signIn: number | null;
            /**
             * @description The values that were compared, in a sentence.
             * @example both have the object id 9d5e6f0c-…
             */
            detail: string;
        };
        /** @description What one view makes of one fact. */
        Verdict: {
            /**
             * @description Operation: it is matched. Sign-in: it matches an operation.
             * @example true
             */
            holds: boolean;
            /**
             * @description Why, in one sentence.
             * @example Matched by the sign-in at 2026-11-23T02:50:00.0000000Z from 198.51.100.4, 22 min before it: the object ids are equal.
             */
            why: string;
            /** @description Each predicate that was asked. */
            predicates: components["schemas"]["Predicate"][];
        };
        /** @description What each view makes of one fact. */
        Verdicts: {
            strict: components["schemas"]["Verdict"];
            resolved: components["schemas"]["Verdict"];
        };
        /** @description A privileged operation of the actor. */
        ExplainedOperation: {
            operation: components["schemas"]["Operation"];
            verdicts: components["schemas"]["Verdicts"];
            /**
             * @description The finding that it is evidence of.
             * @example null
             */
            findingId: string | null;
        };
        /** @description A guest sign-in of the actor. */
        ExplainedSignIn: {
            signIn: components["schemas"]["SignIn"];
            verdicts: components["schemas"]["Verdicts"];
        };
        /** @description Something that is not kept and could have changed the answer. */
        Missing: {
            /**
             * @description `expired`: no longer kept. `gap`: never read. `before_start`: older than where reading began. `thinned`: too many sign-ins in a minute. `not_fact`: never kept, as no record of that kind can match.
             * @example expired
             * @enum {string}
             */
            reason: "expired" | "gap" | "before_start" | "thinned" | "not_fact";
            /**
             * Format: date-time
             * @description Start of the span in question. RFC 3339, UTC.
             * @example 2026-11-23T03:12:09.1234567Z
             */
            from: string | null;
            /**
             * Format: date-time
             * @description End of the span in question. RFC 3339, UTC.
             * @example 2026-11-23T03:12:09.1234567Z
             */
            until: string | null;
            /**
             * @description In a sentence.
             * @example Sign-ins before this time have expired.
             */
            detail: string;
        };
        /** @description Why an actor's operations are findings, or are not. */
        Explanation: {
            /**
             * @description The tenant looked at; null where the actor is known in none.
             * @example null
             */
            tenantId: string | null;
            /**
             * @description Whom was asked about, lower case.
             * @example ann@partner.com
             */
            actor: string;
            /**
             * Format: date-time
             * @description The moment that it was asked for: facts after it play no part. RFC 3339, UTC.
             * @example 2026-11-23T03:12:09.1234567Z
             */
            at: string;
            /**
             * @description All UPNs by which the actor is known.
             * @example [
             *       "ann@partner.com"
             *     ]
             */
            upns: string[];
            /**
             * @description All object ids by which the actor is known.
             * @example [
             *       "9d5e6f0c-94c9-4f6b-a5a0-7b0e2c7a1f22"
             *     ]
             */
            objectIds: string[];
            /** @description Privileged operations kept, newest first. */
            operations: components["schemas"]["ExplainedOperation"][];
            /** @description Guest sign-ins kept, newest first. */
            signIns: components["schemas"]["ExplainedSignIn"][];
            /**
             * @description True when there are more than the 50 newest operations, or the 50 newest sign-ins, that are listed.
             * @example false
             */
            truncated: boolean;
            /**
             * Format: date-time
             * @description Facts before it are no longer kept, but for those in the evidence of findings. RFC 3339, UTC.
             * @example 2026-11-23T03:12:09.1234567Z
             */
            keptSince: string | null;
            /**
             * @description True when every record since `keptSince` was read.
             * @example false
             */
            complete: boolean;
            /** @description What is no longer, or never was, kept. */
            missing: components["schemas"]["Missing"][];
        };
        /** @description The clock by which facts expire. */
        RetentionClock: {
            /**
             * Format: date-time
             * @description What it shows: the wall clock, held back while there is a backlog. RFC 3339, UTC.
             * @example 2026-11-23T03:12:09.1234567Z
             */
            time: string;
            /**
             * @description How far it is held back, in ms.
             * @example 0
             */
            heldBackMs: number;
            /**
             * @description The partition that holds it back, as hub/partition.
             * @example null
             */
            heldBy: string | null;
        };
        /** @description A process that reads partitions. */
        Reader: {
            /**
             * @description Its name.
             * @example guestwatch-1
             */
            name: string;
            /**
             * @description How many partitions it owns.
             * @example 8
             */
            partitions: number;
            /**
             * Format: date-time
             * @description When it was last heard of. RFC 3339, UTC.
             * @example 2026-11-23T03:12:09.1234567Z
             */
            seenAt: string | null;
        };
        /** @description State that was lost and noticed. */
        Loss: {
            /**
             * Format: date-time
             * @description When it was noticed. RFC 3339, UTC.
             * @example 2026-11-23T03:12:09.1234567Z
             */
            at: string;
            /**
             * @description `state_lost`: facts, read again as far as the hub holds them; `findings_lost`: what cannot be made again (triage, and findings older than the hub); `keys_evicted`: Redis let keys go; `hub_recreated`: another hub under the name; `events_expired`: events that the hub no longer held.
             * @example state_lost
             * @enum {string}
             */
            reason: "state_lost" | "findings_lost" | "keys_evicted" | "hub_recreated" | "events_expired";
            /**
             * @description What was lost, and what was done.
             * @example Shard 0 was empty; all partitions went back 48 h.
             */
            detail: string;
        };
        /** @description The last event whose facts are safe. */
        Position: {
            /**
             * @description Its sequence number.
             * @example 4711
             */
            sequenceNumber: number;
            /**
             * Format: date-time
             * @description Its enqueued time. RFC 3339, UTC.
             * @example 2026-11-23T03:12:09.1234567Z
             */
            enqueuedAt: string;
        };
        /** @description A span of enqueued time, both ends included. */
        Span: {
            /**
             * Format: date-time
             * @description Start. RFC 3339, UTC.
             * @example 2026-11-23T03:12:09.1234567Z
             */
            from: string;
            /**
             * Format: date-time
             * @description End. RFC 3339, UTC.
             * @example 2026-11-23T03:12:09.1234567Z
             */
            until: string;
        };
        /** @description A span of enqueued time that was not, and will not be, read. */
        Gap: {
            /**
             * Format: date-time
             * @description Start; null where it is not known. RFC 3339, UTC.
             * @example 2026-11-23T03:12:09.1234567Z
             */
            from: string | null;
            /**
             * Format: date-time
             * @description End; null where it is not known. RFC 3339, UTC.
             * @example 2026-11-23T03:12:09.1234567Z
             */
            until: string | null;
            /**
             * @description Why.
             * @example expired
             * @enum {string}
             */
            reason: "expired" | "lost_state" | "hub_recreated";
            /**
             * @description In a sentence.
             * @example The hub no longer held the events 100 to 199.
             */
            detail: string;
        };
        /** @description Reading again after a loss of state. */
        Rebuilding: {
            /**
             * Format: date-time
             * @description When the loss was noticed; of one that nobody has noticed yet, the moment of this answer. RFC 3339, UTC.
             * @example 2026-11-23T03:12:09.1234567Z
             */
            since: string;
            /**
             * Format: date-time
             * @description The enqueued time up to which it had been read before; null where it is not known. RFC 3339, UTC.
             * @example 2026-11-23T03:12:09.1234567Z
             */
            until: string | null;
        };
        /** @description How far one partition was read. */
        PartitionCoverage: {
            /**
             * @description Partition id.
             * @example 0
             */
            partition: string;
            /**
             * @description The process that reads it; null while nobody does.
             * @example guestwatch-1
             */
            reader: string | null;
            /** @description The last event whose facts are safe; null before the first. */
            position: components["schemas"]["Position"] | null;
            /**
             * @description The partition's last event, when last asked.
             * @example 4711
             */
            lastSequenceNumber: number | null;
            /**
             * @description Events not yet read; null where it is not known.
             * @example 0
             */
            lag: number | null;
            /**
             * Format: date-time
             * @description When it was last seen read to its end. RFC 3339, UTC.
             * @example 2026-11-23T03:12:09.1234567Z
             */
            readToEndAt: string | null;
            /** @description Spans of enqueued time read without a gap, oldest first. */
            spans: components["schemas"]["Span"][];
            /** @description Spans that are lost, oldest first. */
            gaps: components["schemas"]["Gap"][];
            /**
             * Format: date-time
             * @description Estimate: events that happened before this have been read. RFC 3339, UTC.
             * @example 2026-11-23T03:12:09.1234567Z
             */
            eventTimeThrough: string | null;
            /**
             * @description The delay between event time and enqueued time that the estimate allows for, in ms.
             * @example 120000
             */
            delayMs: number | null;
            /** @description Not null while state is missing: from the loss on until the partition has been read again up to where it was. */
            rebuilding: components["schemas"]["Rebuilding"] | null;
            /**
             * @description Why it stands still; null while it does not.
             * @example null
             */
            stalled: string | null;
            /**
             * @description What silence means here: `nothing_happened` (all that was sent has been read) or `nothing_arrived` (something is missing, behind or standing still).
             * @example nothing_happened
             * @enum {string}
             */
            silence: "nothing_happened" | "nothing_arrived";
        };
        /** @description How far one hub was read. */
        HubCoverage: {
            /**
             * @description Name of the event hub.
             * @example insights-logs-auditlogs
             */
            hub: string;
            /**
             * Format: date-time
             * @description When the hub was made: another time is another hub. RFC 3339, UTC.
             * @example 2026-11-23T03:12:09.1234567Z
             */
            createdAt: string | null;
            /** @description By partition id. */
            partitions: components["schemas"]["PartitionCoverage"][];
        };
        /** @description What has been read of every hub and partition, and what silence means. */
        Coverage: {
            /**
             * Format: date-time
             * @description The moment of this answer. RFC 3339, UTC.
             * @example 2026-11-23T03:12:09.1234567Z
             */
            at: string;
            /**
             * @description What silence means here: `nothing_happened` (all that was sent has been read) or `nothing_arrived` (something is missing, behind or standing still).
             * @example nothing_happened
             * @enum {string}
             */
            silence: "nothing_happened" | "nothing_arrived";
            /**
             * @description What `silence` rests on, in a sentence.
             * @example All 8 partitions were read to their end within the last minute.
             */
            detail: string;
            /**
             * Format: date-time
             * @description Estimate over all partitions: events that happened before this have been read. RFC 3339, UTC.
             * @example 2026-11-23T03:12:09.1234567Z
             */
            eventTimeThrough: string | null;
            clock: components["schemas"]["RetentionClock"];
            /** @description All processes that read. */
            readers: components["schemas"]["Reader"][];
            /** @description Losses of state, oldest first. */
            losses: components["schemas"]["Loss"][];
            /** @description By name. */
            hubs: components["schemas"]["HubCoverage"][];
        };
        /** @description Where something that could not be understood came from. */
        DeadLetterSource: {
            /**
             * @description Event hub.
             * @example insights-logs-auditlogs
             */
            hub: string;
            /**
             * @description Partition of the hub.
             * @example 0
             */
            partition: string;
            /**
             * @description Sequence number of the event in its partition.
             * @example 4711
             */
            sequenceNumber: number;
            /**
             * @description Index of the record, from 0; null where it stands in no record's place.
             * @example 0
             */
            recordIndex: number | null;
            /**
             * Format: date-time
             * @description When Event Hubs took the event in. RFC 3339, UTC.
             * @example 2026-11-23T03:12:09.1234567Z
             */
            enqueuedAt: string | null;
            /**
             * @description SHA-256 of the whole of it, 64 lower-case hex digits.
             * @example a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3
             */
            sha256: string;
        };
        /** @description An event or record that could not be understood. */
        DeadLetter: {
            /**
             * @description Its id.
             * @example d-0001
             */
            id: string;
            /**
             * @description Why it could not be understood.
             * @example not_json
             * @enum {string}
             */
            reason: "not_json" | "no_records" | "not_scalar" | "no_time" | "bad_time" | "future_time" | "no_tenant" | "no_bytes" | "reader_failed";
            /**
             * @description The tenant it is of, where that could be read.
             * @example null
             */
            tenantId: string | null;
            source: components["schemas"]["DeadLetterSource"];
            /**
             * Format: date-time
             * @description When it was received. RFC 3339, UTC.
             * @example 2026-11-23T03:12:09.1234567Z
             */
            receivedAt: string;
            /**
             * @description How often it was retried and still not understood.
             * @example 0
             */
            attempts: number;
            /**
             * Format: date-time
             * @description When it was last retried; null where it never was. RFC 3339, UTC.
             * @example 2026-11-23T03:12:09.1234567Z
             */
            retriedAt: string | null;
            /**
             * @description Length of the whole, in bytes.
             * @example 17
             */
            bytes: number;
            /**
             * @description True when `content` is only the first 64 KiB of it.
             * @example false
             */
            cut: boolean;
            /**
             * @description How `content` is to be read: base64 where the bytes are no UTF-8 text.
             * @example utf8
             * @enum {string}
             */
            encoding: "utf8" | "base64";
            /**
             * @description The bytes that were kept.
             * @example {"records": [{"ti
             */
            content: string;
        };
        /** @description One page, newest first. It may be shorter than the limit: only a null `nextCursor` ends the list. */
        DeadLettersPage: {
            /** @description At most `limit` of them, newest first. */
            items: components["schemas"]["DeadLetter"][];
            /**
             * @description Give it as `cursor`, with the same filters, for the next page. Null at the end.
             * @example null
             */
            nextCursor: string | null;
        };
        /**
         * @description Which dead letters to retry: all that the members given name. `{}` retries all.
         * @example {}
         */
        RetryRequest: {
            /**
             * @description Ids of dead letters. Left out: all, page by page.
             * @example [
             *       "5d0f4f2b8a1c4e0d9a7b6c5d4e3f2a1b"
             *     ]
             */
            ids?: string[];
            /**
             * @description Only letters of this reason. Left out: of any.
             * @example not_json
             * @enum {string}
             */
            reason?: "not_json" | "no_records" | "not_scalar" | "no_time" | "bad_time" | "future_time" | "no_tenant" | "no_bytes" | "reader_failed";
            /**
             * @description Opaque: `nextCursor` of the answer before, with the same `reason`. Left out: from the newest on.
             * @example 3fa94c07be12.1764_5d0f4f2b
             */
            cursor?: string;
        };
        /** @description A dead letter that could not be retried. */
        NotRetryable: {
            /**
             * @description Its id.
             * @example d-0001
             */
            id: string;
            /**
             * @description `unknown`: no such letter is kept. `event_gone`: it is cut, and the hub no longer has the rest. `hub_unreachable`: it is cut, and Event Hubs could not be asked. `out_of_time`: the call took too long to come to it.
             * @example unknown
             * @enum {string}
             */
            reason: "unknown" | "event_gone" | "hub_unreachable" | "out_of_time";
        };
        /** @description What became of the dead letters that were retried. */
        RetryAnswer: {
            /**
             * @description Letters that were read again.
             * @example 3
             */
            retried: number;
            /**
             * @description Of these, letters that are understood by now: what they hold is applied, and they are gone.
             * @example 2
             */
            resolved: number;
            /**
             * @description Of these, letters that still are not understood, and stay.
             * @example 1
             */
            remaining: number;
            /** @description Letters that could not be read again, and stay as they are. */
            notRetryable: components["schemas"]["NotRetryable"][];
            /**
             * @description Give it as `cursor`, with the same filters, to retry the next ones. Null when all have had their turn.
             * @example null
             */
            nextCursor: string | null;
        };
        /** @description All that it gives must hold for all of a finding: one operation that is not expected shows the finding. */
        Matcher: {
            /**
             * @description The finding's `actorUpn`.
             * @example ann_partner.com#ext#@contoso.onmicrosoft.com
             */
            actorUpn: string | null;
            /**
             * @description Object id of the actor of every operation of the finding.
             * @example null
             */
            actorObjectId: string | null;
            /** @description Every operation of the finding is one of these, spelling set aside. */
            operations: string[] | null;
            /**
             * @description The finding's `actorIp` lies in it: CIDR.
             * @example 203.0.113.0/24
             */
            ipRange: string | null;
        };
        /** @description Activity that someone expects. */
        Suppression: {
            /**
             * @description Its id.
             * @example 7c1f0d8e5b6a4c3d9e2f1a0b8c7d6e5f
             */
            id: string;
            /**
             * @description Tenant, lower case.
             * @example 3f0b6f0a-64b3-4a86-a4b1-0a5d5a3f6c11
             */
            tenantId: string;
            matcher: components["schemas"]["Matcher"];
            /**
             * @description Who answers for it.
             * @example identity-team
             */
            owner: string;
            /**
             * @description Why the activity is expected.
             * @example The partner rotates credentials on weekdays.
             */
            reason: string;
            /**
             * Format: date-time
             * @description From then on it hides nothing. RFC 3339, UTC.
             * @example 2026-11-23T03:12:09.1234567Z
             */
            expiresAt: string;
            /**
             * Format: date-time
             * @description When it was made. RFC 3339, UTC.
             * @example 2026-11-23T03:12:09.1234567Z
             */
            createdAt: string;
            /**
             * @description Who made it.
             * @example ann
             */
            createdBy: string;
            /**
             * Format: date-time
             * @description When it ended; null while it is in force. RFC 3339, UTC.
             * @example 2026-11-23T03:12:09.1234567Z
             */
            endedAt: string | null;
            /**
             * @description Who ended it; null while it is in force, and where its time was past.
             * @example null
             */
            endedBy: string | null;
            /**
             * @description Number of findings that it hides or has hidden, each once.
             * @example 3
             */
            hiddenCount: number;
        };
        /** @description One page, by tenant, newest first. It may be shorter than the limit: only a null `nextCursor` ends the list. */
        SuppressionsPage: {
            /** @description At most `limit` of them, by tenant, newest first. */
            items: components["schemas"]["Suppression"][];
            /**
             * @description Give it as `cursor`, with the same filters, for the next page. Null at the end.
             * @example null
             */
            nextCursor: string | null;
        };
        /** @description All that it gives must hold for all of a finding: one operation that is not expected shows the finding. At least one member. */
        NewMatcher: {
            /**
             * @description The finding's `actorUpn`, in any case.
             * @example ann_partner.com#ext#@contoso.com
             */
            actorUpn?: string;
            /**
             * @description Object id of the actor of every operation, in any case.
             * @example a-1
             */
            actorObjectId?: string;
            /**
             * @description Every operation of the finding is one of these, spelling set aside. Not all of the rule's.
             * @example [
             *       "Add member to role"
             *     ]
             */
            operations?: string[];
            /**
             * @description An address or a range in CIDR notation, IPv4 (/16 or longer) or IPv6 (/32 or longer), in which the finding's `actorIp` lies.
             * @example 203.0.113.0/24
             */
            ipRange?: string;
        };
        /** @description What is expected, of whom, why, and until when. */
        SuppressionRequest: {
            /**
             * @description Tenant, in any case. Left out: the only one known.
             * @example t-1
             */
            tenantId?: string;
            matcher: components["schemas"]["NewMatcher"];
            /**
             * @description Who answers for it.
             * @example identity-team
             */
            owner: string;
            /**
             * @description Why the activity is expected.
             * @example The partner rotates credentials on weekdays.
             */
            reason: string;
            /**
             * Format: date-time
             * @description From then on it hides nothing: a year ahead at most. RFC 3339 with offset.
             * @example 2026-11-23T03:12:09.1234567Z
             */
            expiresAt: string;
        };
        /** @description A receiver of findings: a webhook, or the event hub of findings. */
        Webhook: {
            /**
             * @description Its name in the file; of the event hub `eventhub:` and the name of the hub.
             * @example soc
             */
            name: string;
            /**
             * @description What it is.
             * @example webhook
             * @enum {string}
             */
            kind: "webhook" | "eventHub";
            /**
             * @description Where it is, without what may be secret: no user, no query. Of an event hub its name.
             * @example https://hooks.example/in
             */
            url: string;
            /**
             * @description What the CloudEvents carry: the finding, or it as an OCSF Detection Finding.
             * @example cloudevents
             * @enum {string}
             */
            format: "cloudevents" | "ocsf";
            /**
             * @description Tenants whose findings it gets; null for all.
             * @example null
             */
            tenants: string[] | null;
            /**
             * @description The view that a finding must stand in.
             * @example any
             * @enum {string}
             */
            view: "any" | "resolved" | "strict";
            /**
             * @description The least severity.
             * @example informational
             * @enum {string}
             */
            severity: "informational" | "low" | "medium" | "high";
            /**
             * @description True where it may be an address of one's own network.
             * @example false
             */
            allowPrivate: boolean;
            /**
             * @description `enabled`; `paused`: it asked to be left alone for a while; `disabled`: it answered 410; `off`: the file says so. In all of them what comes waits.
             * @example enabled
             * @enum {string}
             */
            state: "enabled" | "paused" | "disabled" | "off";
            /**
             * @description Why it is not enabled, and the mend.
             * @example null
             */
            detail: string | null;
            /**
             * @description How many deliveries wait.
             * @example 0
             */
            waiting: number;
            /**
             * @description Bytes of findings that wait.
             * @example 0
             */
            waitingBytes: number;
            /**
             * Format: date-time
             * @description Since when the oldest of them waits. RFC 3339, UTC.
             * @example 2026-11-23T03:12:09.1234567Z
             */
            oldestWaitingAt: string | null;
            /**
             * Format: date-time
             * @description Since when there is no room for more: the feed is not read on for it, and keeps what comes for as long as it reaches back. RFC 3339, UTC.
             * @example 2026-11-23T03:12:09.1234567Z
             */
            fullSince: string | null;
            /**
             * Format: date-time
             * @description When the newest revision was made that was looked at for it. RFC 3339, UTC.
             * @example 2026-11-23T03:12:09.1234567Z
             */
            takenUntil: string;
            /**
             * Format: date-time
             * @description When it last took something. RFC 3339, UTC.
             * @example 2026-11-23T03:12:09.1234567Z
             */
            lastSuccessAt: string | null;
            /**
             * Format: date-time
             * @description When a try last failed. RFC 3339, UTC.
             * @example 2026-11-23T03:12:09.1234567Z
             */
            lastFailureAt: string | null;
            /**
             * @description How many failed deliveries gave way to newer ones.
             * @example 0
             */
            dropped: number;
            /**
             * Format: date-time
             * @description When a process that delivers last said that it has it. RFC 3339, UTC.
             * @example 2026-11-23T03:12:09.1234567Z
             */
            seenAt: string;
        };
        /** @description One page, by name. It may be shorter than the limit: only a null `nextCursor` ends the list. */
        WebhooksPage: {
            /** @description At most `limit` of them, by name. */
            items: components["schemas"]["Webhook"][];
            /**
             * @description Give it as `cursor`, with the same filters, for the next page. Null at the end.
             * @example null
             */
            nextCursor: string | null;
        };
        /** @description No members: `{}`. */
        Nothing: Record<string, never>;
        /** @description One try. */
        Attempt: {
            /**
             * Format: date-time
             * @description When it began. RFC 3339, UTC.
             * @example 2026-11-23T03:12:09.1234567Z
             */
            at: string;
            /**
             * @description How long it took, in milliseconds.
             * @example 41
             */
            ms: number;
            /**
             * @description HTTP status; null where none came.
             * @example 503
             */
            status: number | null;
            /**
             * @description Why it failed; null for the one that did not.
             * @example status
             * @enum {string|null}
             */
            failure: "status" | "redirect" | "gone" | "timeout" | "connection" | "tls" | "name_not_resolved" | "address_refused" | "too_large" | "hub" | "fault" | null;
            /**
             * @description What happened.
             * @example Answered 503.
             */
            detail: string;
        };
        /** @description One revision on its way to one receiver. Its body is left out. */
        Delivery: {
            /**
             * @description Its id.
             * @example 5d0f4f2b8a1c4e0d9a7b6c5d4e3f2a1b
             */
            id: string;
            /**
             * @description Name of the receiver.
             * @example soc
             */
            webhook: string;
            /**
             * @description The finding; null for a test.
             * @example 5d0f4f2b8a1c4e0d9a7b6c5d4e3f2a1b
             */
            findingId: string | null;
            /**
             * @description Revision of the finding; 0 for a test.
             * @example 3
             */
            revision: number;
            /**
             * @description Tenant of the finding; null for a test.
             * @example 3f0b6f0a-64b3-4a86-a4b1-0a5d5a3f6c11
             */
            tenantId: string | null;
            /**
             * @description Why the revision was made; `resync` where that is no longer known, since the feed was read too late.
             * @example rebuilt
             * @enum {string}
             */
            reason: "rebuilt" | "merge" | "new" | "late_operation" | "operation" | "late_sign_in" | "sign_in" | "triage" | "resync" | "test";
            /**
             * @description `failed`: all tries are over; it is kept, and can be sent again.
             * @example waiting
             * @enum {string}
             */
            status: "waiting" | "failed" | "delivered";
            /**
             * @description True for a test.
             * @example false
             */
            isTest: boolean;
            /**
             * @description Bytes of the finding.
             * @example 1480
             */
            bytes: number;
            /**
             * Format: date-time
             * @description When it was put down to be delivered. RFC 3339, UTC.
             * @example 2026-11-23T03:12:09.1234567Z
             */
            createdAt: string;
            /**
             * Format: date-time
             * @description When it is next due, if no earlier revision of its finding waits; null where it no longer waits. RFC 3339, UTC.
             * @example 2026-11-23T03:12:09.1234567Z
             */
            nextAttemptAt: string | null;
            /**
             * @description How many tries have counted since it was put down or sent again.
             * @example 1
             */
            tries: number;
            /** @description The newest tries, oldest first. */
            attempts: components["schemas"]["Attempt"][];
        };
        /** @description One page, newest first. It may be shorter than the limit: only a null `nextCursor` ends the list. */
        DeliveriesPage: {
            /** @description At most `limit` of them, newest first. */
            items: components["schemas"]["Delivery"][];
            /**
             * @description Give it as `cursor`, with the same filters, for the next page. Null at the end.
             * @example null
             */
            nextCursor: string | null;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: {
        /**
         * @description Names this request: the service's log has it.
         * @example 7f0c6b1e-9d0b-4a51-b0f0-0d3c2f8f3a10
         */
        "x-request-id": string;
        /**
         * @description How to say who calls: always `Bearer`.
         * @example Bearer
         */
        "www-authenticate": string;
        /**
         * @description Seconds to wait before asking again.
         * @example 5
         */
        "retry-after": number;
    };
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    listFindings: {
        parameters: {
            query?: {
                /**
                 * @description `resolved` and `strict`: findings with an operation in that view. `missed`: with one that the strict rule would have missed. `accused`: with one that it would have accused wrongly.
                 * @example resolved
                 */
                view?: "resolved" | "strict" | "missed" | "accused" | "any";
                /**
                 * @description Tenant, in any case.
                 * @example 3f0b6f0a-64b3-4a86-a4b1-0a5d5a3f6c11
                 */
                tenantId?: string;
                /**
                 * @description The finding's `actorUpn`, in any case.
                 * @example ann_partner.com#ext#@contoso.onmicrosoft.com
                 */
                actorUpn?: string;
                /**
                 * @description The finding's `actorIp`.
                 * @example 203.0.113.7
                 */
                actorIp?: string;
                /**
                 * @description One of the finding's operations, spelling set aside.
                 * @example Add member to role
                 */
                operation?: string;
                /**
                 * @description State of triage.
                 * @example new
                 */
                status?: "new" | "inProgress" | "resolved";
                /**
                 * @description Severity.
                 * @example informational
                 */
                severity?: "informational" | "low" | "medium" | "high";
                /**
                 * @description Findings whose activity is expected.
                 * @example exclude
                 */
                suppressed?: "exclude" | "include" | "only";
                /**
                 * @description `lastSeen` at or after it. RFC 3339 with offset.
                 * @example 2026-11-23T03:12:09.1234567Z
                 */
                since?: string;
                /**
                 * @description `lastSeen` at or before it. RFC 3339 with offset.
                 * @example 2026-11-23T03:12:09.1234567Z
                 */
                until?: string;
                /**
                 * @description How many items at most.
                 * @example 100
                 */
                limit?: number;
                /**
                 * @description Opaque: `nextCursor` of the page before, with the same filters. Left out: the first page.
                 * @example 3fa94c07be12.1764_5d0f4f2b
                 */
                cursor?: string;
                /**
                 * @description `json`: as this document describes it. `csv`: a table (RFC 4180) whose header names the members; sets and objects are JSON in one cell, texts that a spreadsheet would run as a formula have an apostrophe before them. `ocsf`: each finding as an OCSF 1.8 Detection Finding (class 2004).
                 * @example json
                 */
                format?: "json" | "csv" | "ocsf";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page, newest `firstSeen` first. */
            200: {
                headers: {
                    /**
                     * @description Of a table: the `nextCursor` of the page. It is missing at the end of the list.
                     * @example c1-4711
                     */
                    "next-cursor"?: string;
                    /**
                     * @description Of a table: the next page, `rel="next"`. It is missing at the end of the list.
                     * @example </v1/findings?cursor=c1-4711>; rel="next"
                     */
                    link?: string;
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "id": "5d0f4f2b8a1c4e0d9a7b6c5d4e3f2a1b",
                     *           "revision": 3,
                     *           "supersededBy": null,
                     *           "tenantId": "3f0b6f0a-64b3-4a86-a4b1-0a5d5a3f6c11",
                     *           "actorUpn": "ann_partner.com#ext#@contoso.onmicrosoft.com",
                     *           "actorObjectId": "9d5e6f0c-94c9-4f6b-a5a0-7b0e2c7a1f22",
                     *           "accountName": "ann_partner.com#ext#",
                     *           "accountUpnSuffix": "contoso.onmicrosoft.com",
                     *           "guestUpn": "ann@partner.com",
                     *           "actorIp": "203.0.113.7",
                     *           "clientIp": null,
                     *           "firstSeen": "2026-11-23T03:12:09.1234567Z",
                     *           "lastSeen": "2026-11-23T03:12:09.1234567Z",
                     *           "lastSignIn": "2026-11-23T03:12:09.1234567Z",
                     *           "signInIp": "198.51.100.4",
                     *           "operations": [
                     *             "Add member to role"
                     *           ],
                     *           "targets": [
                     *             ""
                     *           ],
                     *           "targetNames": [
                     *             "Global Administrator"
                     *           ],
                     *           "eventCount": 1,
                     *           "views": [
                     *             "resolved"
                     *           ],
                     *           "reasonCodes": [
                     *             "object_id"
                     *           ],
                     *           "late": false,
                     *           "severity": "informational",
                     *           "tactics": [
                     *             "Persistence",
                     *             "PrivilegeEscalation"
                     *           ],
                     *           "techniques": [
                     *             "T1098.001",
                     *             "T1098.003",
                     *             "T1078.004"
                     *           ],
                     *           "status": "new",
                     *           "classification": "truePositive",
                     *           "assignedTo": null,
                     *           "comments": [
                     *             {
                     *               "at": "2026-11-23T03:12:09.1234567Z",
                     *               "by": "ann",
                     *               "text": "Called the partner: expected."
                     *             }
                     *           ],
                     *           "suppressed": {
                     *             "id": "7c1f0d8e5b6a4c3d9e2f1a0b8c7d6e5f",
                     *             "owner": "identity-team",
                     *             "reason": "The partner rotates credentials on weekdays.",
                     *             "expiresAt": "2026-11-23T03:12:09.1234567Z"
                     *           },
                     *           "evidenceCount": 1,
                     *           "evidenceTruncated": false,
                     *           "targetsTruncated": false,
                     *           "ruleHash": "0f3a9c1d2b4e5f60",
                     *           "createdAt": "2026-11-23T03:12:09.1234567Z",
                     *           "updatedAt": "2026-11-23T03:12:09.1234567Z"
                     *         }
                     *       ],
                     *       "nextCursor": null
                     *     }
                     */
                    "application/json": components["schemas"]["FindingsPage"] | components["schemas"]["OcsfFindingsPage"];
                    /**
                     * @example id,revision,supersededBy,tenantId,actorUpn,actorObjectId,accountName,accountUpnSuffix,guestUpn,actorIp,clientIp,firstSeen,lastSeen,lastSignIn,signInIp,operations,targets,targetNames,eventCount,views,reasonCodes,late,severity,tactics,techniques,status,classification,assignedTo,comments,suppressed,evidenceCount,evidenceTruncated,targetsTruncated,ruleHash,createdAt,updatedAt
                     *     5d0f4f2b8a1c4e0d9a7b6c5d4e3f2a1b,3,,3f0b6f0a-64b3-4a86-a4b1-0a5d5a3f6c11,ann_partner.com#ext#@contoso.onmicrosoft.com,9d5e6f0c-94c9-4f6b-a5a0-7b0e2c7a1f22,ann_partner.com#ext#,contoso.onmicrosoft.com,ann@partner.com,203.0.113.7,,2026-11-23T03:12:09.1234567Z,2026-11-23T03:12:09.1234567Z,2026-11-23T03:12:09.1234567Z,198.51.100.4,"[""Add member to role""]","[""""]","[""Global Administrator""]",1,"[""resolved""]","[""object_id""]",false,informational,"[""Persistence"",""PrivilegeEscalation""]","[""T1098.001"",""T1098.003"",""T1078.004""]",new,truePositive,,"[{""at"":""2026-11-23T03:12:09.1234567Z"",""by"":""ann"",""text"":""Called the partner: expected.""}]","{""id"":""7c1f0d8e5b6a4c3d9e2f1a0b8c7d6e5f"",""owner"":""identity-team"",""reason"":""The partner rotates credentials on weekdays."",""expiresAt"":""2026-11-23T03:12:09.1234567Z""}",1,false,false,0f3a9c1d2b4e5f60,2026-11-23T03:12:09.1234567Z,2026-11-23T03:12:09.1234567Z
                     */
                    "text/csv": string;
                };
            };
            /**
             * @description `urn:guestwatch:problem:bad_request`: The request is not well-formed HTTP, or its path is not UTF-8.
             *
             *     `urn:guestwatch:problem:invalid_parameters`: Each fault stands in `errors`, with the mend.
             *
             *     `urn:guestwatch:problem:bad_cursor`: The cursor is not one of this list, or was given for other filters.
             */
            400: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:bad_request" | "urn:guestwatch:problem:invalid_parameters" | "urn:guestwatch:problem:bad_cursor";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:unauthenticated`: Send a key or token that is in force, as `Authorization: Bearer …`. */
            401: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "www-authenticate": components["headers"]["www-authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:unauthenticated";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:forbidden`: This key or token does not allow this call; the document names what each call needs. */
            403: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:forbidden";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:body_too_large`: No body may exceed 65536 bytes. */
            413: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:body_too_large";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:url_too_long`: No URL may exceed 8192 characters. */
            414: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:url_too_long";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:misdirected_host`: Without keys only requests to a loopback name are answered. */
            421: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:misdirected_host";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:rate_limited`: Go on after as many seconds as `Retry-After` says. */
            429: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "retry-after": components["headers"]["retry-after"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:rate_limited";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:internal`: A fault of the service; its log names the cause under the same `requestId`. */
            500: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:internal";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:unavailable`: The state cannot be reached, or too many requests wait. Try again after `Retry-After`. */
            503: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "retry-after": components["headers"]["retry-after"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:unavailable";
                    };
                };
            };
        };
    };
    getFinding: {
        parameters: {
            query?: {
                /**
                 * @description `json`: as this document describes it. `ocsf`: each finding as an OCSF 1.8 Detection Finding (class 2004).
                 * @example json
                 */
                format?: "json" | "ocsf";
            };
            header?: {
                /**
                 * @description An `ETag` given before.
                 * @example "3"
                 */
                "if-none-match"?: string;
            };
            path: {
                /**
                 * @description Id of a finding.
                 * @example 5d0f4f2b8a1c4e0d9a7b6c5d4e3f2a1b
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The finding. */
            200: {
                headers: {
                    /**
                     * @description The revision, in quotes, whatever the format. `lastSignIn` may move within a revision.
                     * @example "3"
                     */
                    etag?: string;
                    /**
                     * @description The address of the finding, where its id is another than was asked for.
                     * @example /v1/findings/5d0f4f2b8a1c4e0d9a7b6c5d4e3f2a1b
                     */
                    "content-location"?: string;
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "5d0f4f2b8a1c4e0d9a7b6c5d4e3f2a1b",
                     *       "revision": 3,
                     *       "supersededBy": null,
                     *       "tenantId": "3f0b6f0a-64b3-4a86-a4b1-0a5d5a3f6c11",
                     *       "actorUpn": "ann_partner.com#ext#@contoso.onmicrosoft.com",
                     *       "actorObjectId": "9d5e6f0c-94c9-4f6b-a5a0-7b0e2c7a1f22",
                     *       "accountName": "ann_partner.com#ext#",
                     *       "accountUpnSuffix": "contoso.onmicrosoft.com",
                     *       "guestUpn": "ann@partner.com",
                     *       "actorIp": "203.0.113.7",
                     *       "clientIp": null,
                     *       "firstSeen": "2026-11-23T03:12:09.1234567Z",
                     *       "lastSeen": "2026-11-23T03:12:09.1234567Z",
                     *       "lastSignIn": "2026-11-23T03:12:09.1234567Z",
                     *       "signInIp": "198.51.100.4",
                     *       "operations": [
                     *         "Add member to role"
                     *       ],
                     *       "targets": [
                     *         ""
                     *       ],
                     *       "targetNames": [
                     *         "Global Administrator"
                     *       ],
                     *       "eventCount": 1,
                     *       "views": [
                     *         "resolved"
                     *       ],
                     *       "reasonCodes": [
                     *         "object_id"
                     *       ],
                     *       "late": false,
                     *       "severity": "informational",
                     *       "tactics": [
                     *         "Persistence",
                     *         "PrivilegeEscalation"
                     *       ],
                     *       "techniques": [
                     *         "T1098.001",
                     *         "T1098.003",
                     *         "T1078.004"
                     *       ],
                     *       "status": "new",
                     *       "classification": "truePositive",
                     *       "assignedTo": null,
                     *       "comments": [
                     *         {
                     *           "at": "2026-11-23T03:12:09.1234567Z",
                     *           "by": "ann",
                     *           "text": "Called the partner: expected."
                     *         }
                     *       ],
                     *       "suppressed": {
                     *         "id": "7c1f0d8e5b6a4c3d9e2f1a0b8c7d6e5f",
                     *         "owner": "identity-team",
                     *         "reason": "The partner rotates credentials on weekdays.",
                     *         "expiresAt": "2026-11-23T03:12:09.1234567Z"
                     *       },
                     *       "evidenceCount": 1,
                     *       "evidenceTruncated": false,
                     *       "targetsTruncated": false,
                     *       "ruleHash": "0f3a9c1d2b4e5f60",
                     *       "createdAt": "2026-11-23T03:12:09.1234567Z",
                     *       "updatedAt": "2026-11-23T03:12:09.1234567Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Finding"] | components["schemas"]["OcsfDetectionFinding"];
                };
            };
            /** @description The revision is the one that `If-None-Match` names. */
            304: {
                headers: {
                    /**
                     * @description The revision, in quotes, whatever the format. `lastSignIn` may move within a revision.
                     * @example "3"
                     */
                    etag?: string;
                    /**
                     * @description The address of the finding, where its id is another than was asked for.
                     * @example /v1/findings/5d0f4f2b8a1c4e0d9a7b6c5d4e3f2a1b
                     */
                    "content-location"?: string;
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /**
             * @description `urn:guestwatch:problem:bad_request`: The request is not well-formed HTTP, or its path is not UTF-8.
             *
             *     `urn:guestwatch:problem:invalid_parameters`: Each fault stands in `errors`, with the mend.
             */
            400: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:bad_request" | "urn:guestwatch:problem:invalid_parameters";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:unauthenticated`: Send a key or token that is in force, as `Authorization: Bearer …`. */
            401: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "www-authenticate": components["headers"]["www-authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:unauthenticated";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:forbidden`: This key or token does not allow this call; the document names what each call needs. */
            403: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:forbidden";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:not_found`: There is nothing under this address. */
            404: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:not_found";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:body_too_large`: No body may exceed 65536 bytes. */
            413: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:body_too_large";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:url_too_long`: No URL may exceed 8192 characters. */
            414: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:url_too_long";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:misdirected_host`: Without keys only requests to a loopback name are answered. */
            421: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:misdirected_host";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:rate_limited`: Go on after as many seconds as `Retry-After` says. */
            429: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "retry-after": components["headers"]["retry-after"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:rate_limited";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:internal`: A fault of the service; its log names the cause under the same `requestId`. */
            500: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:internal";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:unavailable`: The state cannot be reached, or too many requests wait. Try again after `Retry-After`. */
            503: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "retry-after": components["headers"]["retry-after"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:unavailable";
                    };
                };
            };
        };
    };
    triageFinding: {
        parameters: {
            query?: never;
            header: {
                /**
                 * @description The `ETag` of the finding that was seen. Required.
                 * @example "3"
                 */
                "if-match": string;
            };
            path: {
                /**
                 * @description Id of a finding.
                 * @example 5d0f4f2b8a1c4e0d9a7b6c5d4e3f2a1b
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "status": "new",
                 *       "classification": "truePositive",
                 *       "assignedTo": "ann",
                 *       "comment": "Called the partner: expected."
                 *     }
                 */
                "application/json": components["schemas"]["TriageRequest"];
            };
        };
        responses: {
            /** @description Privileged operations of one guest from one address, and what is known of them. */
            200: {
                headers: {
                    /**
                     * @description The revision, in quotes.
                     * @example "3"
                     */
                    etag?: string;
                    /**
                     * @description The address of the finding, where its id is another than was asked for.
                     * @example /v1/findings/5d0f4f2b8a1c4e0d9a7b6c5d4e3f2a1b
                     */
                    "content-location"?: string;
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "5d0f4f2b8a1c4e0d9a7b6c5d4e3f2a1b",
                     *       "revision": 3,
                     *       "supersededBy": null,
                     *       "tenantId": "3f0b6f0a-64b3-4a86-a4b1-0a5d5a3f6c11",
                     *       "actorUpn": "ann_partner.com#ext#@contoso.onmicrosoft.com",
                     *       "actorObjectId": "9d5e6f0c-94c9-4f6b-a5a0-7b0e2c7a1f22",
                     *       "accountName": "ann_partner.com#ext#",
                     *       "accountUpnSuffix": "contoso.onmicrosoft.com",
                     *       "guestUpn": "ann@partner.com",
                     *       "actorIp": "203.0.113.7",
                     *       "clientIp": null,
                     *       "firstSeen": "2026-11-23T03:12:09.1234567Z",
                     *       "lastSeen": "2026-11-23T03:12:09.1234567Z",
                     *       "lastSignIn": "2026-11-23T03:12:09.1234567Z",
                     *       "signInIp": "198.51.100.4",
                     *       "operations": [
                     *         "Add member to role"
                     *       ],
                     *       "targets": [
                     *         ""
                     *       ],
                     *       "targetNames": [
                     *         "Global Administrator"
                     *       ],
                     *       "eventCount": 1,
                     *       "views": [
                     *         "resolved"
                     *       ],
                     *       "reasonCodes": [
                     *         "object_id"
                     *       ],
                     *       "late": false,
                     *       "severity": "informational",
                     *       "tactics": [
                     *         "Persistence",
                     *         "PrivilegeEscalation"
                     *       ],
                     *       "techniques": [
                     *         "T1098.001",
                     *         "T1098.003",
                     *         "T1078.004"
                     *       ],
                     *       "status": "new",
                     *       "classification": "truePositive",
                     *       "assignedTo": null,
                     *       "comments": [
                     *         {
                     *           "at": "2026-11-23T03:12:09.1234567Z",
                     *           "by": "ann",
                     *           "text": "Called the partner: expected."
                     *         }
                     *       ],
                     *       "suppressed": {
                     *         "id": "7c1f0d8e5b6a4c3d9e2f1a0b8c7d6e5f",
                     *         "owner": "identity-team",
                     *         "reason": "The partner rotates credentials on weekdays.",
                     *         "expiresAt": "2026-11-23T03:12:09.1234567Z"
                     *       },
                     *       "evidenceCount": 1,
                     *       "evidenceTruncated": false,
                     *       "targetsTruncated": false,
                     *       "ruleHash": "0f3a9c1d2b4e5f60",
                     *       "createdAt": "2026-11-23T03:12:09.1234567Z",
                     *       "updatedAt": "2026-11-23T03:12:09.1234567Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Finding"];
                };
            };
            /**
             * @description `urn:guestwatch:problem:bad_request`: The request is not well-formed HTTP, or its path is not UTF-8.
             *
             *     `urn:guestwatch:problem:invalid_parameters`: Each fault stands in `errors`, with the mend.
             */
            400: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:bad_request" | "urn:guestwatch:problem:invalid_parameters";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:unauthenticated`: Send a key or token that is in force, as `Authorization: Bearer …`. */
            401: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "www-authenticate": components["headers"]["www-authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:unauthenticated";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:forbidden`: This key or token does not allow this call; the document names what each call needs. */
            403: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:forbidden";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:not_found`: There is nothing under this address. */
            404: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:not_found";
                    };
                };
            };
            /**
             * @description `urn:guestwatch:problem:superseded`: The finding was merged into another, which `supersededBy` names: triage goes there.
             *
             *     `urn:guestwatch:problem:too_many_comments`: A finding takes no more than 50 comments.
             */
            409: {
                headers: {
                    /**
                     * @description The revision, in quotes.
                     * @example "3"
                     */
                    etag?: string;
                    /**
                     * @description The address of the finding, where its id is another than was asked for.
                     * @example /v1/findings/5d0f4f2b8a1c4e0d9a7b6c5d4e3f2a1b
                     */
                    "content-location"?: string;
                    /**
                     * @description The finding that stands, `rel="successor-version"`.
                     * @example </v1/findings?cursor=c1-4711>; rel="next"
                     */
                    link?: string;
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:superseded" | "urn:guestwatch:problem:too_many_comments";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:precondition_failed`: The finding is at another revision than `If-Match` names: `finding` is what it is now, `ETag` its revision. */
            412: {
                headers: {
                    /**
                     * @description The revision, in quotes.
                     * @example "3"
                     */
                    etag?: string;
                    /**
                     * @description The address of the finding, where its id is another than was asked for.
                     * @example /v1/findings/5d0f4f2b8a1c4e0d9a7b6c5d4e3f2a1b
                     */
                    "content-location"?: string;
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:precondition_failed";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:body_too_large`: No body may exceed 65536 bytes. */
            413: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:body_too_large";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:url_too_long`: No URL may exceed 8192 characters. */
            414: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:url_too_long";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:unsupported_media_type`: Bodies are `application/json`. */
            415: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:unsupported_media_type";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:misdirected_host`: Without keys only requests to a loopback name are answered. */
            421: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:misdirected_host";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:precondition_required`: Send the `ETag` of the finding that you saw as `If-Match`. */
            428: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:precondition_required";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:rate_limited`: Go on after as many seconds as `Retry-After` says. */
            429: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "retry-after": components["headers"]["retry-after"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:rate_limited";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:internal`: A fault of the service; its log names the cause under the same `requestId`. */
            500: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:internal";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:unavailable`: The state cannot be reached, or too many requests wait. Try again after `Retry-After`. */
            503: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "retry-after": components["headers"]["retry-after"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:unavailable";
                    };
                };
            };
        };
    };
    listEvidence: {
        parameters: {
            query?: {
                /**
                 * @description How many items at most.
                 * @example 100
                 */
                limit?: number;
                /**
                 * @description Opaque: `nextCursor` of the page before, with the same filters. Left out: the first page.
                 * @example 3fa94c07be12.1764_5d0f4f2b
                 */
                cursor?: string;
            };
            header?: never;
            path: {
                /**
                 * @description Id of a finding.
                 * @example 5d0f4f2b8a1c4e0d9a7b6c5d4e3f2a1b
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page, oldest operation first. It may be shorter than the limit: only a null `nextCursor` ends the list. */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "operation": {
                     *             "tenantId": "3f0b6f0a-64b3-4a86-a4b1-0a5d5a3f6c11",
                     *             "actorUpn": "ann_partner.com#ext#@contoso.onmicrosoft.com",
                     *             "actorObjectId": "9d5e6f0c-94c9-4f6b-a5a0-7b0e2c7a1f22",
                     *             "time": "2026-11-23T03:12:09.1234567Z",
                     *             "actorIp": "203.0.113.7",
                     *             "clientIp": null,
                     *             "operation": "Add member to role",
                     *             "correlationId": "0c6f1a8e-6f0e-4a5e-8f53-51b8b8d6a001",
                     *             "targets": [
                     *               ""
                     *             ],
                     *             "targetNames": [
                     *               "Global Administrator"
                     *             ],
                     *             "recordId": "Directory_0c6f1a8e_1",
                     *             "source": {
                     *               "hub": "insights-logs-auditlogs",
                     *               "partition": "0",
                     *               "sequenceNumber": 4711,
                     *               "recordIndex": 0,
                     *               "enqueuedAt": "2026-11-23T03:12:09.1234567Z",
                     *               "sha256": "a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3"
                     *             }
                     *           },
                     *           "variants": [
                     *             {
                     *               "tenantId": "3f0b6f0a-64b3-4a86-a4b1-0a5d5a3f6c11",
                     *               "actorUpn": "ann_partner.com#ext#@contoso.onmicrosoft.com",
                     *               "actorObjectId": "9d5e6f0c-94c9-4f6b-a5a0-7b0e2c7a1f22",
                     *               "time": "2026-11-23T03:12:09.1234567Z",
                     *               "actorIp": "203.0.113.7",
                     *               "clientIp": null,
                     *               "operation": "Add member to role",
                     *               "correlationId": "0c6f1a8e-6f0e-4a5e-8f53-51b8b8d6a001",
                     *               "targets": [
                     *                 ""
                     *               ],
                     *               "targetNames": [
                     *                 "Global Administrator"
                     *               ],
                     *               "recordId": "Directory_0c6f1a8e_1",
                     *               "source": {
                     *                 "hub": "insights-logs-auditlogs",
                     *                 "partition": "0",
                     *                 "sequenceNumber": 4711,
                     *                 "recordIndex": 0,
                     *                 "enqueuedAt": "2026-11-23T03:12:09.1234567Z",
                     *                 "sha256": "a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3"
                     *               }
                     *             }
                     *           ],
                     *           "signIns": [
                     *             {
                     *               "tenantId": "3f0b6f0a-64b3-4a86-a4b1-0a5d5a3f6c11",
                     *               "upn": "ann@partner.com",
                     *               "objectId": "9d5e6f0c-94c9-4f6b-a5a0-7b0e2c7a1f22",
                     *               "time": "2026-11-23T03:12:09.1234567Z",
                     *               "createdDateTime": "2026-11-23T03:12:09.1234567Z",
                     *               "ip": "198.51.100.4",
                     *               "homeTenantId": null,
                     *               "resourceTenantId": null,
                     *               "recordId": "5a1d6e1c-7f0f-4d7a-9b52-2f5f3e0b7700",
                     *               "source": {
                     *                 "hub": "insights-logs-auditlogs",
                     *                 "partition": "0",
                     *                 "sequenceNumber": 4711,
                     *                 "recordIndex": 0,
                     *                 "enqueuedAt": "2026-11-23T03:12:09.1234567Z",
                     *                 "sha256": "a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3"
                     *               }
                     *             }
                     *           ],
                     *           "views": [
                     *             "resolved"
                     *           ],
                     *           "reasonCodes": [
                     *             "object_id"
                     *           ],
                     *           "latency": {
                     *             "eventTime": "2026-11-23T03:12:09.1234567Z",
                     *             "enqueuedAt": "2026-11-23T03:12:09.1234567Z",
                     *             "receivedAt": "2026-11-23T03:12:09.1234567Z",
                     *             "decidedAt": "2026-11-23T03:12:09.1234567Z"
                     *           }
                     *         }
                     *       ],
                     *       "nextCursor": null
                     *     }
                     */
                    "application/json": components["schemas"]["EvidencePage"];
                };
            };
            /**
             * @description `urn:guestwatch:problem:bad_request`: The request is not well-formed HTTP, or its path is not UTF-8.
             *
             *     `urn:guestwatch:problem:invalid_parameters`: Each fault stands in `errors`, with the mend.
             *
             *     `urn:guestwatch:problem:bad_cursor`: The cursor is not one of this list, or was given for other filters.
             */
            400: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:bad_request" | "urn:guestwatch:problem:invalid_parameters" | "urn:guestwatch:problem:bad_cursor";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:unauthenticated`: Send a key or token that is in force, as `Authorization: Bearer …`. */
            401: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "www-authenticate": components["headers"]["www-authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:unauthenticated";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:forbidden`: This key or token does not allow this call; the document names what each call needs. */
            403: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:forbidden";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:not_found`: There is nothing under this address. */
            404: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:not_found";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:body_too_large`: No body may exceed 65536 bytes. */
            413: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:body_too_large";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:url_too_long`: No URL may exceed 8192 characters. */
            414: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:url_too_long";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:misdirected_host`: Without keys only requests to a loopback name are answered. */
            421: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:misdirected_host";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:rate_limited`: Go on after as many seconds as `Retry-After` says. */
            429: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "retry-after": components["headers"]["retry-after"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:rate_limited";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:internal`: A fault of the service; its log names the cause under the same `requestId`. */
            500: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:internal";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:unavailable`: The state cannot be reached, or too many requests wait. Try again after `Retry-After`. */
            503: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "retry-after": components["headers"]["retry-after"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:unavailable";
                    };
                };
            };
        };
    };
    listHistory: {
        parameters: {
            query?: {
                /**
                 * @description How many items at most.
                 * @example 100
                 */
                limit?: number;
                /**
                 * @description Opaque: `nextCursor` of the page before, with the same filters. Left out: the first page.
                 * @example 3fa94c07be12.1764_5d0f4f2b
                 */
                cursor?: string;
            };
            header?: never;
            path: {
                /**
                 * @description Id of a finding.
                 * @example 5d0f4f2b8a1c4e0d9a7b6c5d4e3f2a1b
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page, oldest first. It may be shorter than the limit: only a null `nextCursor` ends the list. */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "at": "2026-11-23T03:12:09.1234567Z",
                     *           "by": "ann",
                     *           "change": {
                     *             "kind": "triage",
                     *             "status": {
                     *               "from": "new",
                     *               "to": "new"
                     *             },
                     *             "classification": {
                     *               "from": "truePositive",
                     *               "to": "truePositive"
                     *             },
                     *             "assignedTo": {
                     *               "from": null,
                     *               "to": null
                     *             },
                     *             "comment": "Called the partner: expected.",
                     *             "findings": [
                     *               "5d0f4f2b8a1c4e0d9a7b6c5d4e3f2a1b"
                     *             ],
                     *             "reason": "rebuilt",
                     *             "suppression": {
                     *               "id": "7c1f0d8e5b6a4c3d9e2f1a0b8c7d6e5f",
                     *               "owner": "identity-team",
                     *               "reason": "The partner rotates credentials on weekdays.",
                     *               "expiresAt": "2026-11-23T03:12:09.1234567Z"
                     *             }
                     *           }
                     *         }
                     *       ],
                     *       "nextCursor": null
                     *     }
                     */
                    "application/json": components["schemas"]["HistoryPage"];
                };
            };
            /**
             * @description `urn:guestwatch:problem:bad_request`: The request is not well-formed HTTP, or its path is not UTF-8.
             *
             *     `urn:guestwatch:problem:invalid_parameters`: Each fault stands in `errors`, with the mend.
             *
             *     `urn:guestwatch:problem:bad_cursor`: The cursor is not one of this list, or was given for other filters.
             */
            400: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:bad_request" | "urn:guestwatch:problem:invalid_parameters" | "urn:guestwatch:problem:bad_cursor";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:unauthenticated`: Send a key or token that is in force, as `Authorization: Bearer …`. */
            401: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "www-authenticate": components["headers"]["www-authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:unauthenticated";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:forbidden`: This key or token does not allow this call; the document names what each call needs. */
            403: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:forbidden";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:not_found`: There is nothing under this address. */
            404: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:not_found";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:body_too_large`: No body may exceed 65536 bytes. */
            413: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:body_too_large";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:url_too_long`: No URL may exceed 8192 characters. */
            414: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:url_too_long";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:misdirected_host`: Without keys only requests to a loopback name are answered. */
            421: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:misdirected_host";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:rate_limited`: Go on after as many seconds as `Retry-After` says. */
            429: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "retry-after": components["headers"]["retry-after"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:rate_limited";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:internal`: A fault of the service; its log names the cause under the same `requestId`. */
            500: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:internal";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:unavailable`: The state cannot be reached, or too many requests wait. Try again after `Retry-After`. */
            503: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "retry-after": components["headers"]["retry-after"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:unavailable";
                    };
                };
            };
        };
    };
    listChanges: {
        parameters: {
            query?: {
                /**
                 * @description Where to read on: a `cursor` given before, `begin` (the oldest revision kept) or `now` (past the newest).
                 * @example begin
                 */
                after?: string;
                /**
                 * @description Seconds to hold the request while there is nothing to give.
                 * @example 30
                 */
                wait?: number;
                /**
                 * @description How many items at most.
                 * @example 100
                 */
                limit?: number;
                /**
                 * @description `json`: as this document describes it. `ocsf`: each finding as an OCSF 1.8 Detection Finding (class 2004).
                 * @example json
                 */
                format?: "json" | "ocsf";
            };
            header?: {
                /**
                 * @description Names `application/cloudevents-batch+json` for CloudEvents.
                 * @example application/cloudevents-batch+json
                 */
                accept?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Revisions in order, none skipped, each once. */
            200: {
                headers: {
                    /**
                     * @description The answer depends on `Accept`.
                     * @example accept
                     */
                    vary?: string;
                    /**
                     * @description Of CloudEvents: the cursor to go on from, whether events came or not.
                     * @example c1-4711
                     */
                    "next-cursor"?: string;
                    /**
                     * @description Of CloudEvents: the call that goes on, `rel="next"`.
                     * @example </v1/findings?cursor=c1-4711>; rel="next"
                     */
                    link?: string;
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "cursor": "c1-4711",
                     *           "reason": "rebuilt",
                     *           "finding": {
                     *             "id": "5d0f4f2b8a1c4e0d9a7b6c5d4e3f2a1b",
                     *             "revision": 3,
                     *             "supersededBy": null,
                     *             "tenantId": "3f0b6f0a-64b3-4a86-a4b1-0a5d5a3f6c11",
                     *             "actorUpn": "ann_partner.com#ext#@contoso.onmicrosoft.com",
                     *             "actorObjectId": "9d5e6f0c-94c9-4f6b-a5a0-7b0e2c7a1f22",
                     *             "accountName": "ann_partner.com#ext#",
                     *             "accountUpnSuffix": "contoso.onmicrosoft.com",
                     *             "guestUpn": "ann@partner.com",
                     *             "actorIp": "203.0.113.7",
                     *             "clientIp": null,
                     *             "firstSeen": "2026-11-23T03:12:09.1234567Z",
                     *             "lastSeen": "2026-11-23T03:12:09.1234567Z",
                     *             "lastSignIn": "2026-11-23T03:12:09.1234567Z",
                     *             "signInIp": "198.51.100.4",
                     *             "operations": [
                     *               "Add member to role"
                     *             ],
                     *             "targets": [
                     *               ""
                     *             ],
                     *             "targetNames": [
                     *               "Global Administrator"
                     *             ],
                     *             "eventCount": 1,
                     *             "views": [
                     *               "resolved"
                     *             ],
                     *             "reasonCodes": [
                     *               "object_id"
                     *             ],
                     *             "late": false,
                     *             "severity": "informational",
                     *             "tactics": [
                     *               "Persistence",
                     *               "PrivilegeEscalation"
                     *             ],
                     *             "techniques": [
                     *               "T1098.001",
                     *               "T1098.003",
                     *               "T1078.004"
                     *             ],
                     *             "status": "new",
                     *             "classification": "truePositive",
                     *             "assignedTo": null,
                     *             "comments": [
                     *               {
                     *                 "at": "2026-11-23T03:12:09.1234567Z",
                     *                 "by": "ann",
                     *                 "text": "Called the partner: expected."
                     *               }
                     *             ],
                     *             "suppressed": {
                     *               "id": "7c1f0d8e5b6a4c3d9e2f1a0b8c7d6e5f",
                     *               "owner": "identity-team",
                     *               "reason": "The partner rotates credentials on weekdays.",
                     *               "expiresAt": "2026-11-23T03:12:09.1234567Z"
                     *             },
                     *             "evidenceCount": 1,
                     *             "evidenceTruncated": false,
                     *             "targetsTruncated": false,
                     *             "ruleHash": "0f3a9c1d2b4e5f60",
                     *             "createdAt": "2026-11-23T03:12:09.1234567Z",
                     *             "updatedAt": "2026-11-23T03:12:09.1234567Z"
                     *           }
                     *         }
                     *       ],
                     *       "cursor": "c1-4711"
                     *     }
                     */
                    "application/json": components["schemas"]["Changes"] | components["schemas"]["OcsfChanges"];
                    /**
                     * @example [
                     *       {
                     *         "specversion": "1.0",
                     *         "id": "3fa94c07-1764000000000-0",
                     *         "source": "urn:guestwatch:findings",
                     *         "type": "guestwatch.finding.created",
                     *         "subject": "5d0f4f2b8a1c4e0d9a7b6c5d4e3f2a1b",
                     *         "time": "2026-11-23T03:12:09.1234567Z",
                     *         "datacontenttype": "application/json",
                     *         "reason": "rebuilt",
                     *         "data": {
                     *           "id": "5d0f4f2b8a1c4e0d9a7b6c5d4e3f2a1b",
                     *           "revision": 3,
                     *           "supersededBy": null,
                     *           "tenantId": "3f0b6f0a-64b3-4a86-a4b1-0a5d5a3f6c11",
                     *           "actorUpn": "ann_partner.com#ext#@contoso.onmicrosoft.com",
                     *           "actorObjectId": "9d5e6f0c-94c9-4f6b-a5a0-7b0e2c7a1f22",
                     *           "accountName": "ann_partner.com#ext#",
                     *           "accountUpnSuffix": "contoso.onmicrosoft.com",
                     *           "guestUpn": "ann@partner.com",
                     *           "actorIp": "203.0.113.7",
                     *           "clientIp": null,
                     *           "firstSeen": "2026-11-23T03:12:09.1234567Z",
                     *           "lastSeen": "2026-11-23T03:12:09.1234567Z",
                     *           "lastSignIn": "2026-11-23T03:12:09.1234567Z",
                     *           "signInIp": "198.51.100.4",
                     *           "operations": [
                     *             "Add member to role"
                     *           ],
                     *           "targets": [
                     *             ""
                     *           ],
                     *           "targetNames": [
                     *             "Global Administrator"
                     *           ],
                     *           "eventCount": 1,
                     *           "views": [
                     *             "resolved"
                     *           ],
                     *           "reasonCodes": [
                     *             "object_id"
                     *           ],
                     *           "late": false,
                     *           "severity": "informational",
                     *           "tactics": [
                     *             "Persistence",
                     *             "PrivilegeEscalation"
                     *           ],
                     *           "techniques": [
                     *             "T1098.001",
                     *             "T1098.003",
                     *             "T1078.004"
                     *           ],
                     *           "status": "new",
                     *           "classification": "truePositive",
                     *           "assignedTo": null,
                     *           "comments": [
                     *             {
                     *               "at": "2026-11-23T03:12:09.1234567Z",
                     *               "by": "ann",
                     *               "text": "Called the partner: expected."
                     *             }
                     *           ],
                     *           "suppressed": {
                     *             "id": "7c1f0d8e5b6a4c3d9e2f1a0b8c7d6e5f",
                     *             "owner": "identity-team",
                     *             "reason": "The partner rotates credentials on weekdays.",
                     *             "expiresAt": "2026-11-23T03:12:09.1234567Z"
                     *           },
                     *           "evidenceCount": 1,
                     *           "evidenceTruncated": false,
                     *           "targetsTruncated": false,
                     *           "ruleHash": "0f3a9c1d2b4e5f60",
                     *           "createdAt": "2026-11-23T03:12:09.1234567Z",
                     *           "updatedAt": "2026-11-23T03:12:09.1234567Z"
                     *         },
                     *         "cursor": "c1-4711"
                     *       }
                     *     ]
                     */
                    "application/cloudevents-batch+json": components["schemas"]["CloudEvent"][];
                };
            };
            /**
             * @description `urn:guestwatch:problem:bad_request`: The request is not well-formed HTTP, or its path is not UTF-8.
             *
             *     `urn:guestwatch:problem:invalid_parameters`: Each fault stands in `errors`, with the mend.
             *
             *     `urn:guestwatch:problem:bad_cursor`: The cursor is not one of this list, or was given for other filters.
             */
            400: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:bad_request" | "urn:guestwatch:problem:invalid_parameters" | "urn:guestwatch:problem:bad_cursor";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:unauthenticated`: Send a key or token that is in force, as `Authorization: Bearer …`. */
            401: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "www-authenticate": components["headers"]["www-authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:unauthenticated";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:forbidden`: This key or token does not allow this call; the document names what each call needs. */
            403: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:forbidden";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:resync`: The cursor is no longer a place in the feed; `detail` says how to go on. */
            410: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:resync";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:body_too_large`: No body may exceed 65536 bytes. */
            413: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:body_too_large";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:url_too_long`: No URL may exceed 8192 characters. */
            414: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:url_too_long";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:misdirected_host`: Without keys only requests to a loopback name are answered. */
            421: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:misdirected_host";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:rate_limited`: Go on after as many seconds as `Retry-After` says. */
            429: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "retry-after": components["headers"]["retry-after"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:rate_limited";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:internal`: A fault of the service; its log names the cause under the same `requestId`. */
            500: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:internal";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:unavailable`: The state cannot be reached, or too many requests wait. Try again after `Retry-After`. */
            503: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "retry-after": components["headers"]["retry-after"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:unavailable";
                    };
                };
            };
        };
    };
    streamChanges: {
        parameters: {
            query?: {
                /**
                 * @description Where to begin: a `cursor` given before, `begin` (the oldest revision kept) or `now` (past the newest). `Last-Event-ID` goes before it.
                 * @example begin
                 */
                after?: string;
                /**
                 * @description `json`: as this document describes it. `ocsf`: each finding as an OCSF 1.8 Detection Finding (class 2004).
                 * @example json
                 */
                format?: "json" | "ocsf";
            };
            header?: {
                /**
                 * @description The id of the last event that was had; it goes before `after`.
                 * @example c1-4711
                 */
                "last-event-id"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Events, for as long as the connection lasts. */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    /** @example id: c1-4711 */
                    "text/event-stream": string;
                };
            };
            /**
             * @description `urn:guestwatch:problem:bad_request`: The request is not well-formed HTTP, or its path is not UTF-8.
             *
             *     `urn:guestwatch:problem:invalid_parameters`: Each fault stands in `errors`, with the mend.
             *
             *     `urn:guestwatch:problem:bad_cursor`: The cursor is not one of this list, or was given for other filters.
             */
            400: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:bad_request" | "urn:guestwatch:problem:invalid_parameters" | "urn:guestwatch:problem:bad_cursor";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:unauthenticated`: Send a key or token that is in force, as `Authorization: Bearer …`. */
            401: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "www-authenticate": components["headers"]["www-authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:unauthenticated";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:forbidden`: This key or token does not allow this call; the document names what each call needs. */
            403: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:forbidden";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:not_acceptable`: What `Accept` names is not given here; `detail` says what is. */
            406: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:not_acceptable";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:body_too_large`: No body may exceed 65536 bytes. */
            413: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:body_too_large";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:url_too_long`: No URL may exceed 8192 characters. */
            414: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:url_too_long";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:misdirected_host`: Without keys only requests to a loopback name are answered. */
            421: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:misdirected_host";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:rate_limited`: Go on after as many seconds as `Retry-After` says. */
            429: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "retry-after": components["headers"]["retry-after"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:rate_limited";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:internal`: A fault of the service; its log names the cause under the same `requestId`. */
            500: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:internal";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:unavailable`: The state cannot be reached, or too many requests wait. Try again after `Retry-After`. */
            503: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "retry-after": components["headers"]["retry-after"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:unavailable";
                    };
                };
            };
        };
    };
    getRule: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The rule in force. */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "bb135137-8f33-45b0-8d0f-78437f79d558",
                     *       "name": "Guest account initiating privileged Entra ID operation",
                     *       "description": "A guest account that has signed in within the last day …",
                     *       "version": "1.0.0",
                     *       "severity": "informational",
                     *       "tactics": [
                     *         "Persistence",
                     *         "PrivilegeEscalation"
                     *       ],
                     *       "techniques": [
                     *         "T1098.001",
                     *         "T1098.003",
                     *         "T1078.004"
                     *       ],
                     *       "window": "PT24H",
                     *       "windowMs": 86400000,
                     *       "operations": {
                     *         "strict": [
                     *           "Add member to role.",
                     *           "Add member to role"
                     *         ],
                     *         "resolved": [
                     *           "add member to role"
                     *         ]
                     *       },
                     *       "kql": "let timeframe = 1d; …",
                     *       "ruleHash": "0f3a9c1d2b4e5f60"
                     *     }
                     */
                    "application/json": components["schemas"]["Rule"];
                };
            };
            /**
             * @description `urn:guestwatch:problem:bad_request`: The request is not well-formed HTTP, or its path is not UTF-8.
             *
             *     `urn:guestwatch:problem:invalid_parameters`: Each fault stands in `errors`, with the mend.
             */
            400: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:bad_request" | "urn:guestwatch:problem:invalid_parameters";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:unauthenticated`: Send a key or token that is in force, as `Authorization: Bearer …`. */
            401: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "www-authenticate": components["headers"]["www-authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:unauthenticated";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:forbidden`: This key or token does not allow this call; the document names what each call needs. */
            403: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:forbidden";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:body_too_large`: No body may exceed 65536 bytes. */
            413: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:body_too_large";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:url_too_long`: No URL may exceed 8192 characters. */
            414: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:url_too_long";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:misdirected_host`: Without keys only requests to a loopback name are answered. */
            421: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:misdirected_host";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:rate_limited`: Go on after as many seconds as `Retry-After` says. */
            429: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "retry-after": components["headers"]["retry-after"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:rate_limited";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:internal`: A fault of the service; its log names the cause under the same `requestId`. */
            500: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:internal";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:unavailable`: The state cannot be reached, or too many requests wait. Try again after `Retry-After`. */
            503: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "retry-after": components["headers"]["retry-after"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:unavailable";
                    };
                };
            };
        };
    };
    getRuleRows: {
        parameters: {
            query?: {
                /**
                 * @description The moment: the rule's window ends there, and what came after plays no part. Left out: now, and the window has no end. RFC 3339 with offset.
                 * @example 2026-11-23T03:12:09.1234567Z
                 */
                at?: string;
                /**
                 * @description Rows are made for one view.
                 * @example strict
                 */
                view?: "strict" | "resolved";
                /**
                 * @description Tenant, in any case.
                 * @example 3f0b6f0a-64b3-4a86-a4b1-0a5d5a3f6c11
                 */
                tenantId?: string;
                /**
                 * @description `json`: as this document describes it. `csv`: a table (RFC 4180) whose header names the members; sets and objects are JSON in one cell, texts that a spreadsheet would run as a formula have an apostrophe before them.
                 * @example json
                 */
                format?: "json" | "csv";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The rows, with what they are of. */
            200: {
                headers: {
                    /**
                     * @description Of a table: the moment that the rows are of.
                     * @example 2026-11-23T03:12:09.1234567Z
                     */
                    "rows-at"?: string;
                    /**
                     * @description Of a table: the view that they are made for.
                     * @example strict
                     */
                    "rows-view"?: string;
                    /**
                     * @description Of a table: the tenant that they are of.
                     * @example 3f0b6f0a-64b3-4a86-a4b1-0a5d5a3f6c11
                     */
                    "rows-tenant-id"?: string;
                    /**
                     * @description Of a table: `true` when every record of the window was read; `false`: rows may be missing.
                     * @example true
                     */
                    "rows-complete"?: string;
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "at": "2026-11-23T03:12:09.1234567Z",
                     *       "view": "strict",
                     *       "tenantId": "3f0b6f0a-64b3-4a86-a4b1-0a5d5a3f6c11",
                     *       "complete": true,
                     *       "rows": [
                     *         {
                     *           "ActorUpn": "ann@partner.com",
                     *           "AccountName": "ann",
                     *           "AccountUPNSuffix": "partner.com",
                     *           "ActorIp": "203.0.113.7",
                     *           "LastSignIn": "2026-11-23T03:12:09.1234567Z",
                     *           "SignInIp": "198.51.100.4",
                     *           "FirstSeen": "2026-11-23T03:12:09.1234567Z",
                     *           "LastSeen": "2026-11-23T03:12:09.1234567Z",
                     *           "Operations": [
                     *             "Add member to role"
                     *           ],
                     *           "Targets": [
                     *             "Global Administrator"
                     *           ],
                     *           "EventCount": 1
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["RuleRows"];
                    /**
                     * @example ActorUpn,AccountName,AccountUPNSuffix,ActorIp,LastSignIn,SignInIp,FirstSeen,LastSeen,Operations,Targets,EventCount
                     *     ann@partner.com,ann,partner.com,203.0.113.7,2026-11-23T03:12:09.1234567Z,198.51.100.4,2026-11-23T03:12:09.1234567Z,2026-11-23T03:12:09.1234567Z,"[""Add member to role""]","[""Global Administrator""]",1
                     */
                    "text/csv": string;
                };
            };
            /**
             * @description `urn:guestwatch:problem:bad_request`: The request is not well-formed HTTP, or its path is not UTF-8.
             *
             *     `urn:guestwatch:problem:invalid_parameters`: Each fault stands in `errors`, with the mend.
             *
             *     `urn:guestwatch:problem:tenant_required`: `tenantId` was left out and cannot be inferred; `errors` names those known.
             *
             *     `urn:guestwatch:problem:beyond_retention`: The window begins before what is kept; `detail` names the earliest moment.
             */
            400: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:bad_request" | "urn:guestwatch:problem:invalid_parameters" | "urn:guestwatch:problem:tenant_required" | "urn:guestwatch:problem:beyond_retention";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:unauthenticated`: Send a key or token that is in force, as `Authorization: Bearer …`. */
            401: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "www-authenticate": components["headers"]["www-authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:unauthenticated";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:forbidden`: This key or token does not allow this call; the document names what each call needs. */
            403: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:forbidden";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:body_too_large`: No body may exceed 65536 bytes. */
            413: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:body_too_large";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:url_too_long`: No URL may exceed 8192 characters. */
            414: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:url_too_long";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:misdirected_host`: Without keys only requests to a loopback name are answered. */
            421: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:misdirected_host";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:rate_limited`: Go on after as many seconds as `Retry-After` says. */
            429: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "retry-after": components["headers"]["retry-after"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:rate_limited";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:internal`: A fault of the service; its log names the cause under the same `requestId`. */
            500: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:internal";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:unavailable`: The state cannot be reached, or too many requests wait. Try again after `Retry-After`. */
            503: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "retry-after": components["headers"]["retry-after"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:unavailable";
                    };
                };
            };
        };
    };
    listGuests: {
        parameters: {
            query?: {
                /**
                 * @description Tenant, in any case.
                 * @example 3f0b6f0a-64b3-4a86-a4b1-0a5d5a3f6c11
                 */
                tenantId?: string;
                /**
                 * @description How many items at most.
                 * @example 100
                 */
                limit?: number;
                /**
                 * @description Opaque: `nextCursor` of the page before, with the same filters. Left out: the first page.
                 * @example 3fa94c07be12.1764_5d0f4f2b
                 */
                cursor?: string;
                /**
                 * @description `json`: as this document describes it. `csv`: a table (RFC 4180) whose header names the members; sets and objects are JSON in one cell, texts that a spreadsheet would run as a formula have an apostrophe before them.
                 * @example json
                 */
                format?: "json" | "csv";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page, by tenant, UPN and object id. */
            200: {
                headers: {
                    /**
                     * @description Of a table: the `nextCursor` of the page. It is missing at the end of the list.
                     * @example c1-4711
                     */
                    "next-cursor"?: string;
                    /**
                     * @description Of a table: the next page, `rel="next"`. It is missing at the end of the list.
                     * @example </v1/findings?cursor=c1-4711>; rel="next"
                     */
                    link?: string;
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "tenantId": "3f0b6f0a-64b3-4a86-a4b1-0a5d5a3f6c11",
                     *           "upn": "ann@partner.com",
                     *           "objectId": "9d5e6f0c-94c9-4f6b-a5a0-7b0e2c7a1f22",
                     *           "objectIds": [
                     *             "9d5e6f0c-94c9-4f6b-a5a0-7b0e2c7a1f22"
                     *           ],
                     *           "homeTenantId": null,
                     *           "outbound": false,
                     *           "firstSignIn": "2026-11-23T03:12:09.1234567Z",
                     *           "lastSignIn": "2026-11-23T03:12:09.1234567Z",
                     *           "signInIp": "198.51.100.4",
                     *           "ips": [
                     *             "198.51.100.4"
                     *           ],
                     *           "signInsKept": 12
                     *         }
                     *       ],
                     *       "nextCursor": null
                     *     }
                     */
                    "application/json": components["schemas"]["GuestsPage"];
                    /**
                     * @example tenantId,upn,objectId,objectIds,homeTenantId,outbound,firstSignIn,lastSignIn,signInIp,ips,signInsKept
                     *     3f0b6f0a-64b3-4a86-a4b1-0a5d5a3f6c11,ann@partner.com,9d5e6f0c-94c9-4f6b-a5a0-7b0e2c7a1f22,"[""9d5e6f0c-94c9-4f6b-a5a0-7b0e2c7a1f22""]",,false,2026-11-23T03:12:09.1234567Z,2026-11-23T03:12:09.1234567Z,198.51.100.4,"[""198.51.100.4""]",12
                     */
                    "text/csv": string;
                };
            };
            /**
             * @description `urn:guestwatch:problem:bad_request`: The request is not well-formed HTTP, or its path is not UTF-8.
             *
             *     `urn:guestwatch:problem:invalid_parameters`: Each fault stands in `errors`, with the mend.
             *
             *     `urn:guestwatch:problem:bad_cursor`: The cursor is not one of this list, or was given for other filters.
             */
            400: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:bad_request" | "urn:guestwatch:problem:invalid_parameters" | "urn:guestwatch:problem:bad_cursor";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:unauthenticated`: Send a key or token that is in force, as `Authorization: Bearer …`. */
            401: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "www-authenticate": components["headers"]["www-authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:unauthenticated";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:forbidden`: This key or token does not allow this call; the document names what each call needs. */
            403: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:forbidden";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:body_too_large`: No body may exceed 65536 bytes. */
            413: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:body_too_large";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:url_too_long`: No URL may exceed 8192 characters. */
            414: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:url_too_long";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:misdirected_host`: Without keys only requests to a loopback name are answered. */
            421: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:misdirected_host";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:rate_limited`: Go on after as many seconds as `Retry-After` says. */
            429: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "retry-after": components["headers"]["retry-after"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:rate_limited";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:internal`: A fault of the service; its log names the cause under the same `requestId`. */
            500: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:internal";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:unavailable`: The state cannot be reached, or too many requests wait. Try again after `Retry-After`. */
            503: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "retry-after": components["headers"]["retry-after"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:unavailable";
                    };
                };
            };
        };
    };
    getGuest: {
        parameters: {
            query?: {
                /**
                 * @description Tenant, in any case.
                 * @example 3f0b6f0a-64b3-4a86-a4b1-0a5d5a3f6c11
                 */
                tenantId?: string;
            };
            header?: never;
            path: {
                /**
                 * @description UPN or object id, in any case; `#` is written %23.
                 * @example ann@partner.com
                 */
                upnOrObjectId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A guest whose sign-ins are kept: all sign-ins of one UPN, or else of one object id. */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "tenantId": "3f0b6f0a-64b3-4a86-a4b1-0a5d5a3f6c11",
                     *       "upn": "ann@partner.com",
                     *       "objectId": "9d5e6f0c-94c9-4f6b-a5a0-7b0e2c7a1f22",
                     *       "objectIds": [
                     *         "9d5e6f0c-94c9-4f6b-a5a0-7b0e2c7a1f22"
                     *       ],
                     *       "homeTenantId": null,
                     *       "outbound": false,
                     *       "firstSignIn": "2026-11-23T03:12:09.1234567Z",
                     *       "lastSignIn": "2026-11-23T03:12:09.1234567Z",
                     *       "signInIp": "198.51.100.4",
                     *       "ips": [
                     *         "198.51.100.4"
                     *       ],
                     *       "signInsKept": 12
                     *     }
                     */
                    "application/json": components["schemas"]["Guest"];
                };
            };
            /**
             * @description `urn:guestwatch:problem:bad_request`: The request is not well-formed HTTP, or its path is not UTF-8.
             *
             *     `urn:guestwatch:problem:invalid_parameters`: Each fault stands in `errors`, with the mend.
             *
             *     `urn:guestwatch:problem:tenant_required`: `tenantId` was left out and cannot be inferred; `errors` names those known.
             */
            400: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:bad_request" | "urn:guestwatch:problem:invalid_parameters" | "urn:guestwatch:problem:tenant_required";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:unauthenticated`: Send a key or token that is in force, as `Authorization: Bearer …`. */
            401: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "www-authenticate": components["headers"]["www-authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:unauthenticated";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:forbidden`: This key or token does not allow this call; the document names what each call needs. */
            403: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:forbidden";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:not_found`: There is nothing under this address. */
            404: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:not_found";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:body_too_large`: No body may exceed 65536 bytes. */
            413: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:body_too_large";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:url_too_long`: No URL may exceed 8192 characters. */
            414: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:url_too_long";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:misdirected_host`: Without keys only requests to a loopback name are answered. */
            421: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:misdirected_host";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:rate_limited`: Go on after as many seconds as `Retry-After` says. */
            429: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "retry-after": components["headers"]["retry-after"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:rate_limited";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:internal`: A fault of the service; its log names the cause under the same `requestId`. */
            500: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:internal";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:unavailable`: The state cannot be reached, or too many requests wait. Try again after `Retry-After`. */
            503: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "retry-after": components["headers"]["retry-after"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:unavailable";
                    };
                };
            };
        };
    };
    explainActor: {
        parameters: {
            query: {
                /**
                 * @description UPN, home UPN or object id, in any case; `#` is written %23.
                 * @example ann@partner.com
                 */
                actor: string;
                /**
                 * @description The moment to explain: facts after it play no part. Left out: now. RFC 3339 with offset.
                 * @example 2026-11-23T03:12:09.1234567Z
                 */
                at?: string;
                /**
                 * @description Tenant, in any case.
                 * @example 3f0b6f0a-64b3-4a86-a4b1-0a5d5a3f6c11
                 */
                tenantId?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Why an actor's operations are findings, or are not. */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "tenantId": null,
                     *       "actor": "ann@partner.com",
                     *       "at": "2026-11-23T03:12:09.1234567Z",
                     *       "upns": [
                     *         "ann@partner.com"
                     *       ],
                     *       "objectIds": [
                     *         "9d5e6f0c-94c9-4f6b-a5a0-7b0e2c7a1f22"
                     *       ],
                     *       "operations": [
                     *         {
                     *           "operation": {
                     *             "tenantId": "3f0b6f0a-64b3-4a86-a4b1-0a5d5a3f6c11",
                     *             "actorUpn": "ann_partner.com#ext#@contoso.onmicrosoft.com",
                     *             "actorObjectId": "9d5e6f0c-94c9-4f6b-a5a0-7b0e2c7a1f22",
                     *             "time": "2026-11-23T03:12:09.1234567Z",
                     *             "actorIp": "203.0.113.7",
                     *             "clientIp": null,
                     *             "operation": "Add member to role",
                     *             "correlationId": "0c6f1a8e-6f0e-4a5e-8f53-51b8b8d6a001",
                     *             "targets": [
                     *               ""
                     *             ],
                     *             "targetNames": [
                     *               "Global Administrator"
                     *             ],
                     *             "recordId": "Directory_0c6f1a8e_1",
                     *             "source": {
                     *               "hub": "insights-logs-auditlogs",
                     *               "partition": "0",
                     *               "sequenceNumber": 4711,
                     *               "recordIndex": 0,
                     *               "enqueuedAt": "2026-11-23T03:12:09.1234567Z",
                     *               "sha256": "a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3"
                     *             }
                     *           },
                     *           "verdicts": {
                     *             "strict": {
                     *               "holds": true,
                     *               "why": "Matched by the sign-in at 2026-11-23T02:50:00.0000000Z from 198.51.100.4, 22 min before it: the object ids are equal.",
                     *               "predicates": [
                     *                 {
                     *                   "name": "objectIdEqual",
                     *                   "held": true,
                     *                   "signIn": 0,
                     *                   "detail": "both have the object id 9d5e6f0c-…"
                     *                 }
                     *               ]
                     *             },
                     *             "resolved": {
                     *               "holds": true,
                     *               "why": "Matched by the sign-in at 2026-11-23T02:50:00.0000000Z from 198.51.100.4, 22 min before it: the object ids are equal.",
                     *               "predicates": [
                     *                 {
                     *                   "name": "objectIdEqual",
                     *                   "held": true,
                     *                   "signIn": 0,
                     *                   "detail": "both have the object id 9d5e6f0c-…"
                     *                 }
                     *               ]
                     *             }
                     *           },
                     *           "findingId": null
                     *         }
                     *       ],
                     *       "signIns": [
                     *         {
                     *           "signIn": {
                     *             "tenantId": "3f0b6f0a-64b3-4a86-a4b1-0a5d5a3f6c11",
                     *             "upn": "ann@partner.com",
                     *             "objectId": "9d5e6f0c-94c9-4f6b-a5a0-7b0e2c7a1f22",
                     *             "time": "2026-11-23T03:12:09.1234567Z",
                     *             "createdDateTime": "2026-11-23T03:12:09.1234567Z",
                     *             "ip": "198.51.100.4",
                     *             "homeTenantId": null,
                     *             "resourceTenantId": null,
                     *             "recordId": "5a1d6e1c-7f0f-4d7a-9b52-2f5f3e0b7700",
                     *             "source": {
                     *               "hub": "insights-logs-auditlogs",
                     *               "partition": "0",
                     *               "sequenceNumber": 4711,
                     *               "recordIndex": 0,
                     *               "enqueuedAt": "2026-11-23T03:12:09.1234567Z",
                     *               "sha256": "a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3"
                     *             }
                     *           },
                     *           "verdicts": {
                     *             "strict": {
                     *               "holds": true,
                     *               "why": "Matched by the sign-in at 2026-11-23T02:50:00.0000000Z from 198.51.100.4, 22 min before it: the object ids are equal.",
                     *               "predicates": [
                     *                 {
                     *                   "name": "objectIdEqual",
                     *                   "held": true,
                     *                   "signIn": 0,
                     *                   "detail": "both have the object id 9d5e6f0c-…"
                     *                 }
                     *               ]
                     *             },
                     *             "resolved": {
                     *               "holds": true,
                     *               "why": "Matched by the sign-in at 2026-11-23T02:50:00.0000000Z from 198.51.100.4, 22 min before it: the object ids are equal.",
                     *               "predicates": [
                     *                 {
                     *                   "name": "objectIdEqual",
                     *                   "held": true,
                     *                   "signIn": 0,
                     *                   "detail": "both have the object id 9d5e6f0c-…"
                     *                 }
                     *               ]
                     *             }
                     *           }
                     *         }
                     *       ],
                     *       "truncated": false,
                     *       "keptSince": "2026-11-23T03:12:09.1234567Z",
                     *       "complete": false,
                     *       "missing": [
                     *         {
                     *           "reason": "expired",
                     *           "from": "2026-11-23T03:12:09.1234567Z",
                     *           "until": "2026-11-23T03:12:09.1234567Z",
                     *           "detail": "Sign-ins before this time have expired."
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["Explanation"];
                };
            };
            /**
             * @description `urn:guestwatch:problem:bad_request`: The request is not well-formed HTTP, or its path is not UTF-8.
             *
             *     `urn:guestwatch:problem:invalid_parameters`: Each fault stands in `errors`, with the mend.
             *
             *     `urn:guestwatch:problem:tenant_required`: `tenantId` was left out and cannot be inferred; `errors` names those known.
             *
             *     `urn:guestwatch:problem:beyond_retention`: The window begins before what is kept; `detail` names the earliest moment.
             */
            400: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:bad_request" | "urn:guestwatch:problem:invalid_parameters" | "urn:guestwatch:problem:tenant_required" | "urn:guestwatch:problem:beyond_retention";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:unauthenticated`: Send a key or token that is in force, as `Authorization: Bearer …`. */
            401: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "www-authenticate": components["headers"]["www-authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:unauthenticated";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:forbidden`: This key or token does not allow this call; the document names what each call needs. */
            403: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:forbidden";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:body_too_large`: No body may exceed 65536 bytes. */
            413: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:body_too_large";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:url_too_long`: No URL may exceed 8192 characters. */
            414: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:url_too_long";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:misdirected_host`: Without keys only requests to a loopback name are answered. */
            421: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:misdirected_host";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:rate_limited`: Go on after as many seconds as `Retry-After` says. */
            429: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "retry-after": components["headers"]["retry-after"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:rate_limited";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:internal`: A fault of the service; its log names the cause under the same `requestId`. */
            500: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:internal";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:unavailable`: The state cannot be reached, or too many requests wait. Try again after `Retry-After`. */
            503: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "retry-after": components["headers"]["retry-after"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:unavailable";
                    };
                };
            };
        };
    };
    getCoverage: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What has been read of every hub and partition, and what silence means. */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "at": "2026-11-23T03:12:09.1234567Z",
                     *       "silence": "nothing_happened",
                     *       "detail": "All 8 partitions were read to their end within the last minute.",
                     *       "eventTimeThrough": "2026-11-23T03:12:09.1234567Z",
                     *       "clock": {
                     *         "time": "2026-11-23T03:12:09.1234567Z",
                     *         "heldBackMs": 0,
                     *         "heldBy": null
                     *       },
                     *       "readers": [
                     *         {
                     *           "name": "guestwatch-1",
                     *           "partitions": 8,
                     *           "seenAt": "2026-11-23T03:12:09.1234567Z"
                     *         }
                     *       ],
                     *       "losses": [
                     *         {
                     *           "at": "2026-11-23T03:12:09.1234567Z",
                     *           "reason": "state_lost",
                     *           "detail": "Shard 0 was empty; all partitions went back 48 h."
                     *         }
                     *       ],
                     *       "hubs": [
                     *         {
                     *           "hub": "insights-logs-auditlogs",
                     *           "createdAt": "2026-11-23T03:12:09.1234567Z",
                     *           "partitions": [
                     *             {
                     *               "partition": "0",
                     *               "reader": "guestwatch-1",
                     *               "position": {
                     *                 "sequenceNumber": 4711,
                     *                 "enqueuedAt": "2026-11-23T03:12:09.1234567Z"
                     *               },
                     *               "lastSequenceNumber": 4711,
                     *               "lag": 0,
                     *               "readToEndAt": "2026-11-23T03:12:09.1234567Z",
                     *               "spans": [
                     *                 {
                     *                   "from": "2026-11-23T03:12:09.1234567Z",
                     *                   "until": "2026-11-23T03:12:09.1234567Z"
                     *                 }
                     *               ],
                     *               "gaps": [
                     *                 {
                     *                   "from": "2026-11-23T03:12:09.1234567Z",
                     *                   "until": "2026-11-23T03:12:09.1234567Z",
                     *                   "reason": "expired",
                     *                   "detail": "The hub no longer held the events 100 to 199."
                     *                 }
                     *               ],
                     *               "eventTimeThrough": "2026-11-23T03:12:09.1234567Z",
                     *               "delayMs": 120000,
                     *               "rebuilding": {
                     *                 "since": "2026-11-23T03:12:09.1234567Z",
                     *                 "until": "2026-11-23T03:12:09.1234567Z"
                     *               },
                     *               "stalled": null,
                     *               "silence": "nothing_happened"
                     *             }
                     *           ]
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["Coverage"];
                };
            };
            /**
             * @description `urn:guestwatch:problem:bad_request`: The request is not well-formed HTTP, or its path is not UTF-8.
             *
             *     `urn:guestwatch:problem:invalid_parameters`: Each fault stands in `errors`, with the mend.
             */
            400: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:bad_request" | "urn:guestwatch:problem:invalid_parameters";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:unauthenticated`: Send a key or token that is in force, as `Authorization: Bearer …`. */
            401: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "www-authenticate": components["headers"]["www-authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:unauthenticated";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:forbidden`: This key or token does not allow this call; the document names what each call needs. */
            403: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:forbidden";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:body_too_large`: No body may exceed 65536 bytes. */
            413: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:body_too_large";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:url_too_long`: No URL may exceed 8192 characters. */
            414: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:url_too_long";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:misdirected_host`: Without keys only requests to a loopback name are answered. */
            421: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:misdirected_host";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:rate_limited`: Go on after as many seconds as `Retry-After` says. */
            429: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "retry-after": components["headers"]["retry-after"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:rate_limited";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:internal`: A fault of the service; its log names the cause under the same `requestId`. */
            500: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:internal";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:unavailable`: The state cannot be reached, or too many requests wait. Try again after `Retry-After`. */
            503: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "retry-after": components["headers"]["retry-after"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:unavailable";
                    };
                };
            };
        };
    };
    listDeadLetters: {
        parameters: {
            query?: {
                /**
                 * @description Why it could not be understood.
                 * @example not_json
                 */
                reason?: "not_json" | "no_records" | "not_scalar" | "no_time" | "bad_time" | "future_time" | "no_tenant" | "no_bytes" | "reader_failed";
                /**
                 * @description Tenant, in any case.
                 * @example 3f0b6f0a-64b3-4a86-a4b1-0a5d5a3f6c11
                 */
                tenantId?: string;
                /**
                 * @description How many items at most.
                 * @example 20
                 */
                limit?: number;
                /**
                 * @description Opaque: `nextCursor` of the page before, with the same filters. Left out: the first page.
                 * @example 3fa94c07be12.1764_5d0f4f2b
                 */
                cursor?: string;
                /**
                 * @description `json`: as this document describes it. `csv`: a table (RFC 4180) whose header names the members; sets and objects are JSON in one cell, texts that a spreadsheet would run as a formula have an apostrophe before them.
                 * @example json
                 */
                format?: "json" | "csv";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page, newest first. */
            200: {
                headers: {
                    /**
                     * @description Of a table: the `nextCursor` of the page. It is missing at the end of the list.
                     * @example c1-4711
                     */
                    "next-cursor"?: string;
                    /**
                     * @description Of a table: the next page, `rel="next"`. It is missing at the end of the list.
                     * @example </v1/findings?cursor=c1-4711>; rel="next"
                     */
                    link?: string;
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "id": "d-0001",
                     *           "reason": "not_json",
                     *           "tenantId": null,
                     *           "source": {
                     *             "hub": "insights-logs-auditlogs",
                     *             "partition": "0",
                     *             "sequenceNumber": 4711,
                     *             "recordIndex": 0,
                     *             "enqueuedAt": "2026-11-23T03:12:09.1234567Z",
                     *             "sha256": "a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3"
                     *           },
                     *           "receivedAt": "2026-11-23T03:12:09.1234567Z",
                     *           "attempts": 0,
                     *           "retriedAt": "2026-11-23T03:12:09.1234567Z",
                     *           "bytes": 17,
                     *           "cut": false,
                     *           "encoding": "utf8",
                     *           "content": "{\"records\": [{\"ti"
                     *         }
                     *       ],
                     *       "nextCursor": null
                     *     }
                     */
                    "application/json": components["schemas"]["DeadLettersPage"];
                    /**
                     * @example id,reason,tenantId,source,receivedAt,attempts,retriedAt,bytes,cut,encoding,content
                     *     d-0001,not_json,,"{""hub"":""insights-logs-auditlogs"",""partition"":""0"",""sequenceNumber"":4711,""recordIndex"":0,""enqueuedAt"":""2026-11-23T03:12:09.1234567Z"",""sha256"":""a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3a3""}",2026-11-23T03:12:09.1234567Z,0,2026-11-23T03:12:09.1234567Z,17,false,utf8,"{""records"": [{""ti"
                     */
                    "text/csv": string;
                };
            };
            /**
             * @description `urn:guestwatch:problem:bad_request`: The request is not well-formed HTTP, or its path is not UTF-8.
             *
             *     `urn:guestwatch:problem:invalid_parameters`: Each fault stands in `errors`, with the mend.
             *
             *     `urn:guestwatch:problem:bad_cursor`: The cursor is not one of this list, or was given for other filters.
             */
            400: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:bad_request" | "urn:guestwatch:problem:invalid_parameters" | "urn:guestwatch:problem:bad_cursor";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:unauthenticated`: Send a key or token that is in force, as `Authorization: Bearer …`. */
            401: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "www-authenticate": components["headers"]["www-authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:unauthenticated";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:forbidden`: This key or token does not allow this call; the document names what each call needs. */
            403: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:forbidden";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:body_too_large`: No body may exceed 65536 bytes. */
            413: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:body_too_large";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:url_too_long`: No URL may exceed 8192 characters. */
            414: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:url_too_long";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:misdirected_host`: Without keys only requests to a loopback name are answered. */
            421: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:misdirected_host";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:rate_limited`: Go on after as many seconds as `Retry-After` says. */
            429: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "retry-after": components["headers"]["retry-after"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:rate_limited";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:internal`: A fault of the service; its log names the cause under the same `requestId`. */
            500: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:internal";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:unavailable`: The state cannot be reached, or too many requests wait. Try again after `Retry-After`. */
            503: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "retry-after": components["headers"]["retry-after"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:unavailable";
                    };
                };
            };
        };
    };
    retryDeadLetters: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /** @example {} */
                "application/json": components["schemas"]["RetryRequest"];
            };
        };
        responses: {
            /** @description What became of the dead letters that were retried. */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "retried": 3,
                     *       "resolved": 2,
                     *       "remaining": 1,
                     *       "notRetryable": [
                     *         {
                     *           "id": "d-0001",
                     *           "reason": "unknown"
                     *         }
                     *       ],
                     *       "nextCursor": null
                     *     }
                     */
                    "application/json": components["schemas"]["RetryAnswer"];
                };
            };
            /**
             * @description `urn:guestwatch:problem:bad_request`: The request is not well-formed HTTP, or its path is not UTF-8.
             *
             *     `urn:guestwatch:problem:invalid_parameters`: Each fault stands in `errors`, with the mend.
             *
             *     `urn:guestwatch:problem:bad_cursor`: The cursor is not one of this list, or was given for other filters.
             */
            400: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:bad_request" | "urn:guestwatch:problem:invalid_parameters" | "urn:guestwatch:problem:bad_cursor";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:unauthenticated`: Send a key or token that is in force, as `Authorization: Bearer …`. */
            401: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "www-authenticate": components["headers"]["www-authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:unauthenticated";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:forbidden`: This key or token does not allow this call; the document names what each call needs. */
            403: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:forbidden";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:body_too_large`: No body may exceed 65536 bytes. */
            413: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:body_too_large";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:url_too_long`: No URL may exceed 8192 characters. */
            414: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:url_too_long";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:unsupported_media_type`: Bodies are `application/json`. */
            415: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:unsupported_media_type";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:misdirected_host`: Without keys only requests to a loopback name are answered. */
            421: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:misdirected_host";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:rate_limited`: Go on after as many seconds as `Retry-After` says. */
            429: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "retry-after": components["headers"]["retry-after"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:rate_limited";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:internal`: A fault of the service; its log names the cause under the same `requestId`. */
            500: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:internal";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:unavailable`: The state cannot be reached, or too many requests wait. Try again after `Retry-After`. */
            503: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "retry-after": components["headers"]["retry-after"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:unavailable";
                    };
                };
            };
        };
    };
    listSuppressions: {
        parameters: {
            query?: {
                /**
                 * @description Whether it still hides something; one that has ended is told of as long as findings are kept.
                 * @example inForce
                 */
                state?: "inForce" | "ended" | "all";
                /**
                 * @description Tenant, in any case.
                 * @example 3f0b6f0a-64b3-4a86-a4b1-0a5d5a3f6c11
                 */
                tenantId?: string;
                /**
                 * @description How many items at most.
                 * @example 100
                 */
                limit?: number;
                /**
                 * @description Opaque: `nextCursor` of the page before, with the same filters. Left out: the first page.
                 * @example 3fa94c07be12.1764_5d0f4f2b
                 */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page, by tenant, newest first. It may be shorter than the limit: only a null `nextCursor` ends the list. */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "id": "7c1f0d8e5b6a4c3d9e2f1a0b8c7d6e5f",
                     *           "tenantId": "3f0b6f0a-64b3-4a86-a4b1-0a5d5a3f6c11",
                     *           "matcher": {
                     *             "actorUpn": "ann_partner.com#ext#@contoso.onmicrosoft.com",
                     *             "actorObjectId": null,
                     *             "operations": [
                     *               "Add member to role"
                     *             ],
                     *             "ipRange": "203.0.113.0/24"
                     *           },
                     *           "owner": "identity-team",
                     *           "reason": "The partner rotates credentials on weekdays.",
                     *           "expiresAt": "2026-11-23T03:12:09.1234567Z",
                     *           "createdAt": "2026-11-23T03:12:09.1234567Z",
                     *           "createdBy": "ann",
                     *           "endedAt": "2026-11-23T03:12:09.1234567Z",
                     *           "endedBy": null,
                     *           "hiddenCount": 3
                     *         }
                     *       ],
                     *       "nextCursor": null
                     *     }
                     */
                    "application/json": components["schemas"]["SuppressionsPage"];
                };
            };
            /**
             * @description `urn:guestwatch:problem:bad_request`: The request is not well-formed HTTP, or its path is not UTF-8.
             *
             *     `urn:guestwatch:problem:invalid_parameters`: Each fault stands in `errors`, with the mend.
             *
             *     `urn:guestwatch:problem:bad_cursor`: The cursor is not one of this list, or was given for other filters.
             */
            400: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:bad_request" | "urn:guestwatch:problem:invalid_parameters" | "urn:guestwatch:problem:bad_cursor";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:unauthenticated`: Send a key or token that is in force, as `Authorization: Bearer …`. */
            401: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "www-authenticate": components["headers"]["www-authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:unauthenticated";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:forbidden`: This key or token does not allow this call; the document names what each call needs. */
            403: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:forbidden";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:body_too_large`: No body may exceed 65536 bytes. */
            413: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:body_too_large";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:url_too_long`: No URL may exceed 8192 characters. */
            414: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:url_too_long";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:misdirected_host`: Without keys only requests to a loopback name are answered. */
            421: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:misdirected_host";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:rate_limited`: Go on after as many seconds as `Retry-After` says. */
            429: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "retry-after": components["headers"]["retry-after"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:rate_limited";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:internal`: A fault of the service; its log names the cause under the same `requestId`. */
            500: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:internal";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:unavailable`: The state cannot be reached, or too many requests wait. Try again after `Retry-After`. */
            503: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "retry-after": components["headers"]["retry-after"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:unavailable";
                    };
                };
            };
        };
    };
    createSuppression: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "tenantId": "t-1",
                 *       "matcher": {
                 *         "actorUpn": "ann_partner.com#ext#@contoso.com",
                 *         "actorObjectId": "a-1",
                 *         "operations": [
                 *           "Add member to role"
                 *         ],
                 *         "ipRange": "203.0.113.0/24"
                 *       },
                 *       "owner": "identity-team",
                 *       "reason": "The partner rotates credentials on weekdays.",
                 *       "expiresAt": "2026-11-23T03:12:09.1234567Z"
                 *     }
                 */
                "application/json": components["schemas"]["SuppressionRequest"];
            };
        };
        responses: {
            /** @description Activity that someone expects. */
            201: {
                headers: {
                    /**
                     * @description Its address.
                     * @example /v1/suppressions/7c1f0d8e5b6a4c3d9e2f1a0b8c7d6e5f
                     */
                    location?: string;
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "7c1f0d8e5b6a4c3d9e2f1a0b8c7d6e5f",
                     *       "tenantId": "3f0b6f0a-64b3-4a86-a4b1-0a5d5a3f6c11",
                     *       "matcher": {
                     *         "actorUpn": "ann_partner.com#ext#@contoso.onmicrosoft.com",
                     *         "actorObjectId": null,
                     *         "operations": [
                     *           "Add member to role"
                     *         ],
                     *         "ipRange": "203.0.113.0/24"
                     *       },
                     *       "owner": "identity-team",
                     *       "reason": "The partner rotates credentials on weekdays.",
                     *       "expiresAt": "2026-11-23T03:12:09.1234567Z",
                     *       "createdAt": "2026-11-23T03:12:09.1234567Z",
                     *       "createdBy": "ann",
                     *       "endedAt": "2026-11-23T03:12:09.1234567Z",
                     *       "endedBy": null,
                     *       "hiddenCount": 3
                     *     }
                     */
                    "application/json": components["schemas"]["Suppression"];
                };
            };
            /**
             * @description `urn:guestwatch:problem:bad_request`: The request is not well-formed HTTP, or its path is not UTF-8.
             *
             *     `urn:guestwatch:problem:invalid_parameters`: Each fault stands in `errors`, with the mend.
             *
             *     `urn:guestwatch:problem:tenant_required`: `tenantId` was left out and cannot be inferred; `errors` names those known.
             */
            400: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:bad_request" | "urn:guestwatch:problem:invalid_parameters" | "urn:guestwatch:problem:tenant_required";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:unauthenticated`: Send a key or token that is in force, as `Authorization: Bearer …`. */
            401: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "www-authenticate": components["headers"]["www-authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:unauthenticated";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:forbidden`: This key or token does not allow this call; the document names what each call needs. */
            403: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:forbidden";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:too_many_suppressions`: A tenant can have no more in force; `detail` says how many. */
            409: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:too_many_suppressions";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:body_too_large`: No body may exceed 65536 bytes. */
            413: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:body_too_large";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:url_too_long`: No URL may exceed 8192 characters. */
            414: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:url_too_long";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:unsupported_media_type`: Bodies are `application/json`. */
            415: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:unsupported_media_type";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:misdirected_host`: Without keys only requests to a loopback name are answered. */
            421: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:misdirected_host";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:rate_limited`: Go on after as many seconds as `Retry-After` says. */
            429: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "retry-after": components["headers"]["retry-after"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:rate_limited";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:internal`: A fault of the service; its log names the cause under the same `requestId`. */
            500: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:internal";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:unavailable`: The state cannot be reached, or too many requests wait. Try again after `Retry-After`. */
            503: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "retry-after": components["headers"]["retry-after"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:unavailable";
                    };
                };
            };
        };
    };
    getSuppression: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Id of a suppression.
                 * @example 7c1f0d8e5b6a4c3d9e2f1a0b8c7d6e5f
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Activity that someone expects. */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "7c1f0d8e5b6a4c3d9e2f1a0b8c7d6e5f",
                     *       "tenantId": "3f0b6f0a-64b3-4a86-a4b1-0a5d5a3f6c11",
                     *       "matcher": {
                     *         "actorUpn": "ann_partner.com#ext#@contoso.onmicrosoft.com",
                     *         "actorObjectId": null,
                     *         "operations": [
                     *           "Add member to role"
                     *         ],
                     *         "ipRange": "203.0.113.0/24"
                     *       },
                     *       "owner": "identity-team",
                     *       "reason": "The partner rotates credentials on weekdays.",
                     *       "expiresAt": "2026-11-23T03:12:09.1234567Z",
                     *       "createdAt": "2026-11-23T03:12:09.1234567Z",
                     *       "createdBy": "ann",
                     *       "endedAt": "2026-11-23T03:12:09.1234567Z",
                     *       "endedBy": null,
                     *       "hiddenCount": 3
                     *     }
                     */
                    "application/json": components["schemas"]["Suppression"];
                };
            };
            /**
             * @description `urn:guestwatch:problem:bad_request`: The request is not well-formed HTTP, or its path is not UTF-8.
             *
             *     `urn:guestwatch:problem:invalid_parameters`: Each fault stands in `errors`, with the mend.
             */
            400: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:bad_request" | "urn:guestwatch:problem:invalid_parameters";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:unauthenticated`: Send a key or token that is in force, as `Authorization: Bearer …`. */
            401: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "www-authenticate": components["headers"]["www-authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:unauthenticated";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:forbidden`: This key or token does not allow this call; the document names what each call needs. */
            403: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:forbidden";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:not_found`: There is nothing under this address. */
            404: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:not_found";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:body_too_large`: No body may exceed 65536 bytes. */
            413: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:body_too_large";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:url_too_long`: No URL may exceed 8192 characters. */
            414: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:url_too_long";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:misdirected_host`: Without keys only requests to a loopback name are answered. */
            421: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:misdirected_host";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:rate_limited`: Go on after as many seconds as `Retry-After` says. */
            429: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "retry-after": components["headers"]["retry-after"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:rate_limited";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:internal`: A fault of the service; its log names the cause under the same `requestId`. */
            500: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:internal";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:unavailable`: The state cannot be reached, or too many requests wait. Try again after `Retry-After`. */
            503: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "retry-after": components["headers"]["retry-after"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:unavailable";
                    };
                };
            };
        };
    };
    deleteSuppression: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Id of a suppression.
                 * @example 7c1f0d8e5b6a4c3d9e2f1a0b8c7d6e5f
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It hides nothing any more. */
            204: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            /**
             * @description `urn:guestwatch:problem:bad_request`: The request is not well-formed HTTP, or its path is not UTF-8.
             *
             *     `urn:guestwatch:problem:invalid_parameters`: Each fault stands in `errors`, with the mend.
             */
            400: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:bad_request" | "urn:guestwatch:problem:invalid_parameters";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:unauthenticated`: Send a key or token that is in force, as `Authorization: Bearer …`. */
            401: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "www-authenticate": components["headers"]["www-authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:unauthenticated";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:forbidden`: This key or token does not allow this call; the document names what each call needs. */
            403: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:forbidden";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:not_found`: There is nothing under this address. */
            404: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:not_found";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:body_too_large`: No body may exceed 65536 bytes. */
            413: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:body_too_large";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:url_too_long`: No URL may exceed 8192 characters. */
            414: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:url_too_long";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:unsupported_media_type`: Bodies are `application/json`. */
            415: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:unsupported_media_type";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:misdirected_host`: Without keys only requests to a loopback name are answered. */
            421: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:misdirected_host";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:rate_limited`: Go on after as many seconds as `Retry-After` says. */
            429: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "retry-after": components["headers"]["retry-after"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:rate_limited";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:internal`: A fault of the service; its log names the cause under the same `requestId`. */
            500: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:internal";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:unavailable`: The state cannot be reached, or too many requests wait. Try again after `Retry-After`. */
            503: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "retry-after": components["headers"]["retry-after"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:unavailable";
                    };
                };
            };
        };
    };
    listSuppressedFindings: {
        parameters: {
            query?: {
                /**
                 * @description How many items at most.
                 * @example 100
                 */
                limit?: number;
                /**
                 * @description Opaque: `nextCursor` of the page before, with the same filters. Left out: the first page.
                 * @example 3fa94c07be12.1764_5d0f4f2b
                 */
                cursor?: string;
            };
            header?: never;
            path: {
                /**
                 * @description Id of a suppression.
                 * @example 7c1f0d8e5b6a4c3d9e2f1a0b8c7d6e5f
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page, newest `firstSeen` first. It may be shorter than the limit: only a null `nextCursor` ends the list. */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "id": "5d0f4f2b8a1c4e0d9a7b6c5d4e3f2a1b",
                     *           "revision": 3,
                     *           "supersededBy": null,
                     *           "tenantId": "3f0b6f0a-64b3-4a86-a4b1-0a5d5a3f6c11",
                     *           "actorUpn": "ann_partner.com#ext#@contoso.onmicrosoft.com",
                     *           "actorObjectId": "9d5e6f0c-94c9-4f6b-a5a0-7b0e2c7a1f22",
                     *           "accountName": "ann_partner.com#ext#",
                     *           "accountUpnSuffix": "contoso.onmicrosoft.com",
                     *           "guestUpn": "ann@partner.com",
                     *           "actorIp": "203.0.113.7",
                     *           "clientIp": null,
                     *           "firstSeen": "2026-11-23T03:12:09.1234567Z",
                     *           "lastSeen": "2026-11-23T03:12:09.1234567Z",
                     *           "lastSignIn": "2026-11-23T03:12:09.1234567Z",
                     *           "signInIp": "198.51.100.4",
                     *           "operations": [
                     *             "Add member to role"
                     *           ],
                     *           "targets": [
                     *             ""
                     *           ],
                     *           "targetNames": [
                     *             "Global Administrator"
                     *           ],
                     *           "eventCount": 1,
                     *           "views": [
                     *             "resolved"
                     *           ],
                     *           "reasonCodes": [
                     *             "object_id"
                     *           ],
                     *           "late": false,
                     *           "severity": "informational",
                     *           "tactics": [
                     *             "Persistence",
                     *             "PrivilegeEscalation"
                     *           ],
                     *           "techniques": [
                     *             "T1098.001",
                     *             "T1098.003",
                     *             "T1078.004"
                     *           ],
                     *           "status": "new",
                     *           "classification": "truePositive",
                     *           "assignedTo": null,
                     *           "comments": [
                     *             {
                     *               "at": "2026-11-23T03:12:09.1234567Z",
                     *               "by": "ann",
                     *               "text": "Called the partner: expected."
                     *             }
                     *           ],
                     *           "suppressed": {
                     *             "id": "7c1f0d8e5b6a4c3d9e2f1a0b8c7d6e5f",
                     *             "owner": "identity-team",
                     *             "reason": "The partner rotates credentials on weekdays.",
                     *             "expiresAt": "2026-11-23T03:12:09.1234567Z"
                     *           },
                     *           "evidenceCount": 1,
                     *           "evidenceTruncated": false,
                     *           "targetsTruncated": false,
                     *           "ruleHash": "0f3a9c1d2b4e5f60",
                     *           "createdAt": "2026-11-23T03:12:09.1234567Z",
                     *           "updatedAt": "2026-11-23T03:12:09.1234567Z"
                     *         }
                     *       ],
                     *       "nextCursor": null
                     *     }
                     */
                    "application/json": components["schemas"]["FindingsPage"];
                };
            };
            /**
             * @description `urn:guestwatch:problem:bad_request`: The request is not well-formed HTTP, or its path is not UTF-8.
             *
             *     `urn:guestwatch:problem:invalid_parameters`: Each fault stands in `errors`, with the mend.
             *
             *     `urn:guestwatch:problem:bad_cursor`: The cursor is not one of this list, or was given for other filters.
             */
            400: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:bad_request" | "urn:guestwatch:problem:invalid_parameters" | "urn:guestwatch:problem:bad_cursor";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:unauthenticated`: Send a key or token that is in force, as `Authorization: Bearer …`. */
            401: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "www-authenticate": components["headers"]["www-authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:unauthenticated";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:forbidden`: This key or token does not allow this call; the document names what each call needs. */
            403: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:forbidden";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:not_found`: There is nothing under this address. */
            404: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:not_found";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:body_too_large`: No body may exceed 65536 bytes. */
            413: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:body_too_large";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:url_too_long`: No URL may exceed 8192 characters. */
            414: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:url_too_long";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:misdirected_host`: Without keys only requests to a loopback name are answered. */
            421: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:misdirected_host";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:rate_limited`: Go on after as many seconds as `Retry-After` says. */
            429: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "retry-after": components["headers"]["retry-after"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:rate_limited";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:internal`: A fault of the service; its log names the cause under the same `requestId`. */
            500: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:internal";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:unavailable`: The state cannot be reached, or too many requests wait. Try again after `Retry-After`. */
            503: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "retry-after": components["headers"]["retry-after"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:unavailable";
                    };
                };
            };
        };
    };
    listWebhooks: {
        parameters: {
            query?: {
                /**
                 * @description How many items at most.
                 * @example 100
                 */
                limit?: number;
                /**
                 * @description Opaque: `nextCursor` of the page before, with the same filters. Left out: the first page.
                 * @example 3fa94c07be12.1764_5d0f4f2b
                 */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page, by name. It may be shorter than the limit: only a null `nextCursor` ends the list. */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "name": "soc",
                     *           "kind": "webhook",
                     *           "url": "https://hooks.example/in",
                     *           "format": "cloudevents",
                     *           "tenants": null,
                     *           "view": "any",
                     *           "severity": "informational",
                     *           "allowPrivate": false,
                     *           "state": "enabled",
                     *           "detail": null,
                     *           "waiting": 0,
                     *           "waitingBytes": 0,
                     *           "oldestWaitingAt": "2026-11-23T03:12:09.1234567Z",
                     *           "fullSince": "2026-11-23T03:12:09.1234567Z",
                     *           "takenUntil": "2026-11-23T03:12:09.1234567Z",
                     *           "lastSuccessAt": "2026-11-23T03:12:09.1234567Z",
                     *           "lastFailureAt": "2026-11-23T03:12:09.1234567Z",
                     *           "dropped": 0,
                     *           "seenAt": "2026-11-23T03:12:09.1234567Z"
                     *         }
                     *       ],
                     *       "nextCursor": null
                     *     }
                     */
                    "application/json": components["schemas"]["WebhooksPage"];
                };
            };
            /**
             * @description `urn:guestwatch:problem:bad_request`: The request is not well-formed HTTP, or its path is not UTF-8.
             *
             *     `urn:guestwatch:problem:invalid_parameters`: Each fault stands in `errors`, with the mend.
             *
             *     `urn:guestwatch:problem:bad_cursor`: The cursor is not one of this list, or was given for other filters.
             */
            400: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:bad_request" | "urn:guestwatch:problem:invalid_parameters" | "urn:guestwatch:problem:bad_cursor";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:unauthenticated`: Send a key or token that is in force, as `Authorization: Bearer …`. */
            401: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "www-authenticate": components["headers"]["www-authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:unauthenticated";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:forbidden`: This key or token does not allow this call; the document names what each call needs. */
            403: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:forbidden";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:body_too_large`: No body may exceed 65536 bytes. */
            413: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:body_too_large";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:url_too_long`: No URL may exceed 8192 characters. */
            414: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:url_too_long";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:misdirected_host`: Without keys only requests to a loopback name are answered. */
            421: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:misdirected_host";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:rate_limited`: Go on after as many seconds as `Retry-After` says. */
            429: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "retry-after": components["headers"]["retry-after"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:rate_limited";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:internal`: A fault of the service; its log names the cause under the same `requestId`. */
            500: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:internal";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:unavailable`: The state cannot be reached, or too many requests wait. Try again after `Retry-After`. */
            503: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "retry-after": components["headers"]["retry-after"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:unavailable";
                    };
                };
            };
        };
    };
    testWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Name of the webhook.
                 * @example soc
                 */
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /** @example {} */
                "application/json": components["schemas"]["Nothing"];
            };
        };
        responses: {
            /** @description One revision on its way to one receiver. Its body is left out. */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "5d0f4f2b8a1c4e0d9a7b6c5d4e3f2a1b",
                     *       "webhook": "soc",
                     *       "findingId": "5d0f4f2b8a1c4e0d9a7b6c5d4e3f2a1b",
                     *       "revision": 3,
                     *       "tenantId": "3f0b6f0a-64b3-4a86-a4b1-0a5d5a3f6c11",
                     *       "reason": "rebuilt",
                     *       "status": "waiting",
                     *       "isTest": false,
                     *       "bytes": 1480,
                     *       "createdAt": "2026-11-23T03:12:09.1234567Z",
                     *       "nextAttemptAt": "2026-11-23T03:12:09.1234567Z",
                     *       "tries": 1,
                     *       "attempts": [
                     *         {
                     *           "at": "2026-11-23T03:12:09.1234567Z",
                     *           "ms": 41,
                     *           "status": 503,
                     *           "failure": "status",
                     *           "detail": "Answered 503."
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["Delivery"];
                };
            };
            /**
             * @description `urn:guestwatch:problem:bad_request`: The request is not well-formed HTTP, or its path is not UTF-8.
             *
             *     `urn:guestwatch:problem:invalid_parameters`: Each fault stands in `errors`, with the mend.
             */
            400: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:bad_request" | "urn:guestwatch:problem:invalid_parameters";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:unauthenticated`: Send a key or token that is in force, as `Authorization: Bearer …`. */
            401: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "www-authenticate": components["headers"]["www-authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:unauthenticated";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:forbidden`: This key or token does not allow this call; the document names what each call needs. */
            403: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:forbidden";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:not_found`: There is nothing under this address. */
            404: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:not_found";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:body_too_large`: No body may exceed 65536 bytes. */
            413: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:body_too_large";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:url_too_long`: No URL may exceed 8192 characters. */
            414: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:url_too_long";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:unsupported_media_type`: Bodies are `application/json`. */
            415: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:unsupported_media_type";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:misdirected_host`: Without keys only requests to a loopback name are answered. */
            421: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:misdirected_host";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:rate_limited`: Go on after as many seconds as `Retry-After` says. */
            429: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "retry-after": components["headers"]["retry-after"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:rate_limited";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:internal`: A fault of the service; its log names the cause under the same `requestId`. */
            500: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:internal";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:unavailable`: The state cannot be reached, or too many requests wait. Try again after `Retry-After`. */
            503: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "retry-after": components["headers"]["retry-after"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:unavailable";
                    };
                };
            };
        };
    };
    listDeliveries: {
        parameters: {
            query?: {
                /**
                 * @description Name of a webhook.
                 * @example soc
                 */
                webhook?: string;
                /**
                 * @description What has become of it.
                 * @example waiting
                 */
                status?: "waiting" | "failed" | "delivered";
                /**
                 * @description How many items at most.
                 * @example 100
                 */
                limit?: number;
                /**
                 * @description Opaque: `nextCursor` of the page before, with the same filters. Left out: the first page.
                 * @example 3fa94c07be12.1764_5d0f4f2b
                 */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page, newest first. It may be shorter than the limit: only a null `nextCursor` ends the list. */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "items": [
                     *         {
                     *           "id": "5d0f4f2b8a1c4e0d9a7b6c5d4e3f2a1b",
                     *           "webhook": "soc",
                     *           "findingId": "5d0f4f2b8a1c4e0d9a7b6c5d4e3f2a1b",
                     *           "revision": 3,
                     *           "tenantId": "3f0b6f0a-64b3-4a86-a4b1-0a5d5a3f6c11",
                     *           "reason": "rebuilt",
                     *           "status": "waiting",
                     *           "isTest": false,
                     *           "bytes": 1480,
                     *           "createdAt": "2026-11-23T03:12:09.1234567Z",
                     *           "nextAttemptAt": "2026-11-23T03:12:09.1234567Z",
                     *           "tries": 1,
                     *           "attempts": [
                     *             {
                     *               "at": "2026-11-23T03:12:09.1234567Z",
                     *               "ms": 41,
                     *               "status": 503,
                     *               "failure": "status",
                     *               "detail": "Answered 503."
                     *             }
                     *           ]
                     *         }
                     *       ],
                     *       "nextCursor": null
                     *     }
                     */
                    "application/json": components["schemas"]["DeliveriesPage"];
                };
            };
            /**
             * @description `urn:guestwatch:problem:bad_request`: The request is not well-formed HTTP, or its path is not UTF-8.
             *
             *     `urn:guestwatch:problem:invalid_parameters`: Each fault stands in `errors`, with the mend.
             *
             *     `urn:guestwatch:problem:bad_cursor`: The cursor is not one of this list, or was given for other filters.
             */
            400: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:bad_request" | "urn:guestwatch:problem:invalid_parameters" | "urn:guestwatch:problem:bad_cursor";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:unauthenticated`: Send a key or token that is in force, as `Authorization: Bearer …`. */
            401: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "www-authenticate": components["headers"]["www-authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:unauthenticated";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:forbidden`: This key or token does not allow this call; the document names what each call needs. */
            403: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:forbidden";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:body_too_large`: No body may exceed 65536 bytes. */
            413: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:body_too_large";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:url_too_long`: No URL may exceed 8192 characters. */
            414: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:url_too_long";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:misdirected_host`: Without keys only requests to a loopback name are answered. */
            421: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:misdirected_host";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:rate_limited`: Go on after as many seconds as `Retry-After` says. */
            429: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "retry-after": components["headers"]["retry-after"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:rate_limited";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:internal`: A fault of the service; its log names the cause under the same `requestId`. */
            500: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:internal";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:unavailable`: The state cannot be reached, or too many requests wait. Try again after `Retry-After`. */
            503: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "retry-after": components["headers"]["retry-after"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:unavailable";
                    };
                };
            };
        };
    };
    retryDelivery: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description Id of a delivery.
                 * @example 5d0f4f2b8a1c4e0d9a7b6c5d4e3f2a1b
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /** @example {} */
                "application/json": components["schemas"]["Nothing"];
            };
        };
        responses: {
            /** @description One revision on its way to one receiver. Its body is left out. */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "5d0f4f2b8a1c4e0d9a7b6c5d4e3f2a1b",
                     *       "webhook": "soc",
                     *       "findingId": "5d0f4f2b8a1c4e0d9a7b6c5d4e3f2a1b",
                     *       "revision": 3,
                     *       "tenantId": "3f0b6f0a-64b3-4a86-a4b1-0a5d5a3f6c11",
                     *       "reason": "rebuilt",
                     *       "status": "waiting",
                     *       "isTest": false,
                     *       "bytes": 1480,
                     *       "createdAt": "2026-11-23T03:12:09.1234567Z",
                     *       "nextAttemptAt": "2026-11-23T03:12:09.1234567Z",
                     *       "tries": 1,
                     *       "attempts": [
                     *         {
                     *           "at": "2026-11-23T03:12:09.1234567Z",
                     *           "ms": 41,
                     *           "status": 503,
                     *           "failure": "status",
                     *           "detail": "Answered 503."
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["Delivery"];
                };
            };
            /**
             * @description `urn:guestwatch:problem:bad_request`: The request is not well-formed HTTP, or its path is not UTF-8.
             *
             *     `urn:guestwatch:problem:invalid_parameters`: Each fault stands in `errors`, with the mend.
             */
            400: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:bad_request" | "urn:guestwatch:problem:invalid_parameters";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:unauthenticated`: Send a key or token that is in force, as `Authorization: Bearer …`. */
            401: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "www-authenticate": components["headers"]["www-authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:unauthenticated";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:forbidden`: This key or token does not allow this call; the document names what each call needs. */
            403: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:forbidden";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:not_found`: There is nothing under this address. */
            404: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:not_found";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:already_delivered`: The delivery was taken by its receiver, and is not sent again. */
            409: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:already_delivered";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:body_too_large`: No body may exceed 65536 bytes. */
            413: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:body_too_large";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:url_too_long`: No URL may exceed 8192 characters. */
            414: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:url_too_long";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:unsupported_media_type`: Bodies are `application/json`. */
            415: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:unsupported_media_type";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:misdirected_host`: Without keys only requests to a loopback name are answered. */
            421: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:misdirected_host";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:rate_limited`: Go on after as many seconds as `Retry-After` says. */
            429: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "retry-after": components["headers"]["retry-after"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:rate_limited";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:internal`: A fault of the service; its log names the cause under the same `requestId`. */
            500: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:internal";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:unavailable`: The state cannot be reached, or too many requests wait. Try again after `Retry-After`. */
            503: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "retry-after": components["headers"]["retry-after"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:unavailable";
                    };
                };
            };
        };
    };
    getDocument: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OpenAPI 3.1. */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "openapi": "3.1.0",
                     *       "info": {
                     *         "title": "guestwatch",
                     *         "version": "0.1.0"
                     *       },
                     *       "paths": {}
                     *     }
                     */
                    "application/json": {
                        [key: string]: unknown;
                    };
                };
            };
            /**
             * @description `urn:guestwatch:problem:bad_request`: The request is not well-formed HTTP, or its path is not UTF-8.
             *
             *     `urn:guestwatch:problem:invalid_parameters`: Each fault stands in `errors`, with the mend.
             */
            400: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:bad_request" | "urn:guestwatch:problem:invalid_parameters";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:body_too_large`: No body may exceed 65536 bytes. */
            413: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:body_too_large";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:url_too_long`: No URL may exceed 8192 characters. */
            414: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:url_too_long";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:misdirected_host`: Without keys only requests to a loopback name are answered. */
            421: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:misdirected_host";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:rate_limited`: Go on after as many seconds as `Retry-After` says. */
            429: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "retry-after": components["headers"]["retry-after"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:rate_limited";
                    };
                };
            };
        };
    };
    getDocs: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page that needs no other server. */
            200: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    /** @example <!doctype html> */
                    "text/html": string;
                };
            };
            /**
             * @description `urn:guestwatch:problem:bad_request`: The request is not well-formed HTTP, or its path is not UTF-8.
             *
             *     `urn:guestwatch:problem:invalid_parameters`: Each fault stands in `errors`, with the mend.
             */
            400: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:bad_request" | "urn:guestwatch:problem:invalid_parameters";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:body_too_large`: No body may exceed 65536 bytes. */
            413: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:body_too_large";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:url_too_long`: No URL may exceed 8192 characters. */
            414: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:url_too_long";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:misdirected_host`: Without keys only requests to a loopback name are answered. */
            421: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:misdirected_host";
                    };
                };
            };
            /** @description `urn:guestwatch:problem:rate_limited`: Go on after as many seconds as `Retry-After` says. */
            429: {
                headers: {
                    "x-request-id": components["headers"]["x-request-id"];
                    "retry-after": components["headers"]["retry-after"];
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        type: "urn:guestwatch:problem:rate_limited";
                    };
                };
            };
        };
    };
}
