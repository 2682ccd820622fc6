;; Finds the end of an object or a list by its bytes, 64 at a time, and notes on the way what a reader of bytes must look at.
;;
;; Memory: what was found stands from 0 on (see the addresses below); the text wherever the caller has put it, from 1,024 on,
;; with 64 bytes behind it that are no JSON at all, such as zeros. Only brackets of the nest's own kind are counted, and none
;; in strings. A string's quotes are those that no backslash in it takes away; a backslash outside of strings means nothing.
;;
;; Which of 64 bytes are what is sought is one bit for each, out of four vectors. That is written out wherever it is needed: V8 puts no
;; function of a module into another, and around a call it would write down all vectors and read them again.
(module
  (memory (export "memory") 2)

  ;; Addresses of what was found: whether a string of the nest holds a backslash; how many telling keys there are, and where
  ;; each of them ends: the place of its closing quote. More than 32 are counted but not told.
  (global $sawBackslash i32 (i32.const 0))
  (global $keys i32 (i32.const 4))
  (global $keyPlaces i32 (i32.const 8))
  (global $keysMax i32 (i32.const 32))

  ;; The position after the nest that `open` begins at `at`, or -1 where it does not end before `end`. `open` is { or [, and
  ;; what closes it is two more.
  (func (export "nestEnd") (param $at i32) (param $end i32) (param $open i32) (result i32)
    (local $a v128) (local $b v128) (local $c v128) (local $d v128)
    (local $quote v128) (local $backslash v128) (local $opening v128) (local $closing v128) (local $t v128) (local $n v128)
    (local $quotes i64)        ;; all quotes among the 64 bytes, escaped ones too
    (local $backslashes i64)
    (local $inside i64)        ;; the bytes in strings, with the opening quote and without the closing one
    (local $brackets i64)
    (local $capitals i64)      ;; T and N, four letters before the end of `userType` and `operationName`
    (local $carriedCapitals i64)
    (local $inString i64)      ;; all ones while a string is open from before these bytes
    (local $isEscaped i64)     ;; 1 while the first of the next bytes is escaped
    (local $rest i64) (local $bit i64) (local $place i32) (local $depth i32) (local $count i32) (local $word i64)

    (local.set $quote (i8x16.splat (i32.const 0x22)))
    (local.set $backslash (i8x16.splat (i32.const 0x5c)))
    (local.set $opening (i8x16.splat (local.get $open)))
    (local.set $closing (i8x16.splat (i32.add (local.get $open) (i32.const 2))))
    (local.set $t (i8x16.splat (i32.const 0x54)))
    (local.set $n (i8x16.splat (i32.const 0x4e)))
    (i32.store (global.get $sawBackslash) (i32.const 0))
    (i32.store (global.get $keys) (i32.const 0))

    (loop $next
      (if (i32.ge_u (local.get $at) (local.get $end)) (then (return (i32.const -1))))
      (local.set $a (v128.load (local.get $at)))
      (local.set $b (v128.load offset=16 (local.get $at)))
      (local.set $c (v128.load offset=32 (local.get $at)))
      (local.set $d (v128.load offset=48 (local.get $at)))
      (local.set $quotes
        (i64.or
          (i64.or
            (i64.extend_i32_u (i8x16.bitmask (i8x16.eq (local.get $a) (local.get $quote))))
            (i64.shl (i64.extend_i32_u (i8x16.bitmask (i8x16.eq (local.get $b) (local.get $quote)))) (i64.const 16)))
          (i64.or
            (i64.shl (i64.extend_i32_u (i8x16.bitmask (i8x16.eq (local.get $c) (local.get $quote)))) (i64.const 32))
            (i64.shl (i64.extend_i32_u (i8x16.bitmask (i8x16.eq (local.get $d) (local.get $quote)))) (i64.const 48)))))

      (if (i32.or
            (i64.ne (local.get $isEscaped) (i64.const 0))
            (v128.any_true
              (v128.or
                (v128.or (i8x16.eq (local.get $a) (local.get $backslash)) (i8x16.eq (local.get $b) (local.get $backslash)))
                (v128.or (i8x16.eq (local.get $c) (local.get $backslash)) (i8x16.eq (local.get $d) (local.get $backslash))))))
        (then
          ;; One after the other: what a quote or a backslash means depends on all before it.
          (local.set $backslashes
            (i64.or
              (i64.or
                (i64.extend_i32_u (i8x16.bitmask (i8x16.eq (local.get $a) (local.get $backslash))))
                (i64.shl (i64.extend_i32_u (i8x16.bitmask (i8x16.eq (local.get $b) (local.get $backslash)))) (i64.const 16)))
              (i64.or
                (i64.shl (i64.extend_i32_u (i8x16.bitmask (i8x16.eq (local.get $c) (local.get $backslash)))) (i64.const 32))
                (i64.shl (i64.extend_i32_u (i8x16.bitmask (i8x16.eq (local.get $d) (local.get $backslash)))) (i64.const 48)))))
          (local.set $rest
            (i64.and
              (i64.or (local.get $quotes) (local.get $backslashes))
              (i64.xor (local.get $isEscaped) (i64.const -1))))
          (local.set $isEscaped (i64.const 0))
          (local.set $inside (local.get $inString))
          (block $done
            (loop $each
              (br_if $done (i64.eqz (local.get $rest)))
              (local.set $bit (i64.and (local.get $rest) (i64.sub (i64.const 0) (local.get $rest))))
              (local.set $rest (i64.xor (local.get $rest) (local.get $bit)))
              (if (i64.ne (i64.and (local.get $quotes) (local.get $bit)) (i64.const 0))
                (then
                  ;; From this bit on the other way round: -bit is it and all above it.
                  (local.set $inside (i64.xor (local.get $inside) (i64.sub (i64.const 0) (local.get $bit))))
                  (local.set $inString (i64.xor (local.get $inString) (i64.const -1))))
                (else
                  (if (i64.ne (local.get $inString) (i64.const 0))
                    (then
                      (i32.store (global.get $sawBackslash) (i32.const 1))
                      (local.set $isEscaped (i64.shr_u (local.get $bit) (i64.const 63)))
                      (local.set $rest
                        (i64.and
                          (local.get $rest)
                          (i64.xor (i64.shl (local.get $bit) (i64.const 1)) (i64.const -1))))))))
              (br $each))))
        (else
          ;; Each bit is whether the number of quotes up to it is odd.
          (local.set $inside (i64.xor (local.get $quotes) (i64.shl (local.get $quotes) (i64.const 1))))
          (local.set $inside (i64.xor (local.get $inside) (i64.shl (local.get $inside) (i64.const 2))))
          (local.set $inside (i64.xor (local.get $inside) (i64.shl (local.get $inside) (i64.const 4))))
          (local.set $inside (i64.xor (local.get $inside) (i64.shl (local.get $inside) (i64.const 8))))
          (local.set $inside (i64.xor (local.get $inside) (i64.shl (local.get $inside) (i64.const 16))))
          (local.set $inside (i64.xor (local.get $inside) (i64.shl (local.get $inside) (i64.const 32))))
          (local.set $inside (i64.xor (local.get $inside) (local.get $inString)))
          (local.set $inString (i64.shr_s (local.get $inside) (i64.const 63)))))

      ;; Quotes that end what could be a telling key: the eight bytes up to them say whether they do.
      (local.set $capitals
        (i64.or
          (i64.or
            (i64.extend_i32_u (i8x16.bitmask (v128.or (i8x16.eq (local.get $a) (local.get $t)) (i8x16.eq (local.get $a) (local.get $n)))))
            (i64.shl (i64.extend_i32_u (i8x16.bitmask (v128.or (i8x16.eq (local.get $b) (local.get $t)) (i8x16.eq (local.get $b) (local.get $n))))) (i64.const 16)))
          (i64.or
            (i64.shl (i64.extend_i32_u (i8x16.bitmask (v128.or (i8x16.eq (local.get $c) (local.get $t)) (i8x16.eq (local.get $c) (local.get $n))))) (i64.const 32))
            (i64.shl (i64.extend_i32_u (i8x16.bitmask (v128.or (i8x16.eq (local.get $d) (local.get $t)) (i8x16.eq (local.get $d) (local.get $n))))) (i64.const 48)))))
      (local.set $rest
        (i64.and
          (local.get $quotes)
          (i64.or (i64.shl (local.get $capitals) (i64.const 4)) (local.get $carriedCapitals))))
      (local.set $carriedCapitals (i64.shr_u (local.get $capitals) (i64.const 60)))
      (block $keysDone
        (loop $eachKey
          (br_if $keysDone (i64.eqz (local.get $rest)))
          (local.set $place (i32.add (local.get $at) (i32.wrap_i64 (i64.ctz (local.get $rest)))))
          (local.set $rest (i64.and (local.get $rest) (i64.sub (local.get $rest) (i64.const 1))))
          (local.set $word (i64.load (i32.sub (local.get $place) (i32.const 7))))
          (if (i32.or
                (i64.eq (local.get $word) (i64.const 0x2265707954726573))  ;; serType"
                (i64.eq (local.get $word) (i64.const 0x22656d614e6e6f69))) ;; ionName"
            (then
              (if (i32.lt_u (local.get $count) (global.get $keysMax))
                (then
                  (i32.store
                    (i32.add (global.get $keyPlaces) (i32.shl (local.get $count) (i32.const 2)))
                    (local.get $place))))
              (local.set $count (i32.add (local.get $count) (i32.const 1)))
              (i32.store (global.get $keys) (local.get $count))))
          (br $eachKey)))

      (local.set $brackets
        (i64.and
          (i64.or
            (i64.or
              (i64.extend_i32_u (i8x16.bitmask (v128.or (i8x16.eq (local.get $a) (local.get $opening)) (i8x16.eq (local.get $a) (local.get $closing)))))
              (i64.shl (i64.extend_i32_u (i8x16.bitmask (v128.or (i8x16.eq (local.get $b) (local.get $opening)) (i8x16.eq (local.get $b) (local.get $closing))))) (i64.const 16)))
            (i64.or
              (i64.shl (i64.extend_i32_u (i8x16.bitmask (v128.or (i8x16.eq (local.get $c) (local.get $opening)) (i8x16.eq (local.get $c) (local.get $closing))))) (i64.const 32))
              (i64.shl (i64.extend_i32_u (i8x16.bitmask (v128.or (i8x16.eq (local.get $d) (local.get $opening)) (i8x16.eq (local.get $d) (local.get $closing))))) (i64.const 48))))
          (i64.xor (local.get $inside) (i64.const -1))))
      (block $bracketsDone
        (loop $eachBracket
          (br_if $bracketsDone (i64.eqz (local.get $brackets)))
          (local.set $place (i32.add (local.get $at) (i32.wrap_i64 (i64.ctz (local.get $brackets)))))
          (local.set $brackets (i64.and (local.get $brackets) (i64.sub (local.get $brackets) (i64.const 1))))
          (if (i32.eq (i32.load8_u (local.get $place)) (local.get $open))
            (then (local.set $depth (i32.add (local.get $depth) (i32.const 1))))
            (else
              (local.set $depth (i32.sub (local.get $depth) (i32.const 1)))
              (if (i32.eqz (local.get $depth)) (then (return (i32.add (local.get $place) (i32.const 1)))))))
          (br $eachBracket)))

      (local.set $at (i32.add (local.get $at) (i32.const 64)))
      (br $next))
    (unreachable)))
