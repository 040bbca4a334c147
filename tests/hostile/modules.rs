//! Modules that no hand would write: too many or too much of one thing, so that loading them takes time or memory, or damaged.

use wasm_encoder::{
    CodeSection, ConstExpr, CustomSection, DataSection, ElementSection, Elements, EntityType, ExportKind,
    ExportSection, Function, FunctionSection, GlobalSection, GlobalType, ImportSection, Instruction, MemorySection,
    MemoryType, Module, RefType, TableSection, TableType, TypeSection, ValType,
};

use Instruction as I;

/// A module with the tool `attack` that answers null, and what `change` adds to its parts.
#[derive(Default)]
struct Parts {
    types: TypeSection,
    imports: ImportSection,
    functions: FunctionSection,
    tables: TableSection,
    memories: MemorySection,
    globals: GlobalSection,
    exports: ExportSection,
    elements: ElementSection,
    code: CodeSection,
    data: DataSection,
    custom: Vec<(String, Vec<u8>)>,
}

fn module(change: impl FnOnce(&mut Parts)) -> Vec<u8> {
    let mut parts = Parts::default();
    // Type 0 is a tool, type 1 an action. Functions that `change` adds stand after the tool.
    parts.types.ty().function([ValType::I32], [ValType::I32]);
    parts.types.ty().function([], []);
    parts.functions.function(0);
    let mut body = Function::new([]);
    body.instruction(&I::I32Const(0)).instruction(&I::End);
    parts.code.function(&body);
    change(&mut parts);
    if parts.imports.is_empty() {
        parts.exports.export("tool:attack", ExportKind::Func, 0);
    }
    let mut module = Module::new();
    module.section(&parts.types).section(&parts.imports).section(&parts.functions).section(&parts.tables);
    module.section(&parts.memories).section(&parts.globals).section(&parts.exports).section(&parts.elements);
    module.section(&parts.code).section(&parts.data);
    for (name, data) in &parts.custom {
        module.section(&CustomSection { name: name.into(), data: data.into() });
    }
    module.finish()
}

/// A module with one more function, of these locals and this body.
fn body(locals: Vec<(u32, ValType)>, write: impl FnOnce(&mut Function)) -> Vec<u8> {
    module(|parts| {
        parts.functions.function(1);
        let mut function = Function::new(locals);
        write(&mut function);
        function.instruction(&I::End);
        parts.code.function(&function);
        parts.memories.memory(memory(1));
    })
}

fn memory(pages: u64) -> MemoryType {
    MemoryType { minimum: pages, maximum: None, memory64: false, shared: false, page_size_log2: None }
}

fn empty() -> Function {
    let mut function = Function::new([]);
    function.instruction(&I::End);
    function
}

pub fn all() -> Vec<(String, Vec<u8>)> {
    let mut found: Vec<(String, Vec<u8>)> = Vec::new();
    let mut add = |name: &str, bytes: Vec<u8>| found.push((name.to_owned(), bytes));
    let empties = |count: u32| {
        module(|parts| {
            for _ in 0..count {
                parts.functions.function(1);
                parts.code.function(&empty());
            }
        })
    };
    add("functions_twenty_thousand", empties(20_000));
    add("functions_million", empties(999_000));
    let straight = |bytes: usize| {
        body(vec![(1, ValType::I64)], |f| {
            f.instruction(&I::LocalGet(0));
            for n in 0..bytes / 4 {
                f.instruction(&I::I64Const(n as i64 % 60)).instruction(&I::I64Add);
                f.instruction(&I::I64Const(n as i64 % 50)).instruction(&I::I64RemS);
            }
            f.instruction(&I::LocalSet(0));
        })
    };
    add("function_of_a_megabyte", straight(1 << 20));
    add("function_of_seven_megabytes", straight(7_400_000));
    add(
        "functions_of_sixty_kilobytes",
        module(|parts| {
            for _ in 0..400 {
                parts.functions.function(1);
                let mut f = Function::new([(1, ValType::I64)]);
                f.instruction(&I::LocalGet(0));
                for _ in 0..20_000 {
                    f.instruction(&I::I64Const(3)).instruction(&I::I64Mul);
                }
                f.instruction(&I::LocalSet(0)).instruction(&I::End);
                parts.code.function(&f);
            }
        }),
    );
    add(
        "function_of_loads",
        body(vec![(64, ValType::I64)], |f| {
            for n in 0..40_000u32 {
                let at = wasm_encoder::MemArg {
                    offset: u64::from(n % 4096),
                    align: 0,
                    target: Default::default(),
                    ordering: None,
                };
                f.instruction(&I::I32Const(8)).instruction(&I::LocalGet(n % 64)).instruction(&I::I64Store(at));
                f.instruction(&I::I32Const(8)).instruction(&I::I64Load(at)).instruction(&I::LocalSet((n * 7) % 64));
            }
        }),
    );
    // Many values that live at once, and many places where they meet.
    add(
        "function_of_pressure",
        body(vec![(2_000, ValType::I64)], |f| {
            for n in 0..30_000u32 {
                f.instruction(&I::Block(wasm_encoder::BlockType::Empty));
                f.instruction(&I::LocalGet(n % 2_000)).instruction(&I::I64Eqz).instruction(&I::BrIf(0));
                f.instruction(&I::LocalGet((n * 31) % 2_000)).instruction(&I::LocalGet((n * 17) % 2_000));
                f.instruction(&I::I64Add).instruction(&I::LocalSet((n * 13) % 2_000)).instruction(&I::End);
            }
        }),
    );
    let pressed = |f: &mut Function, values: u32, blocks: u32| {
        for n in 0..values {
            f.instruction(&I::LocalGet(0)).instruction(&I::I32Const(n as i32)).instruction(&I::I32Add);
        }
        for _ in 0..blocks {
            f.instruction(&I::Block(wasm_encoder::BlockType::Empty)).instruction(&I::LocalGet(0));
            f.instruction(&I::BrIf(0)).instruction(&I::End);
        }
        (0..values).for_each(|_| {
            f.instruction(&I::LocalGet(0)).instruction(&I::I32Store(wasm_encoder::MemArg {
                offset: 0,
                align: 0,
                target: Default::default(),
                ordering: None,
            }));
        });
    };
    add("function_of_operands", body(vec![(1, ValType::I32)], |f| pressed(f, 100_000, 1)));
    add("function_of_operands_over_blocks", body(vec![(1, ValType::I32)], |f| pressed(f, 5_000, 20_000)));
    // As heavy as functions may be, and as many of them.
    add(
        "functions_just_light_enough",
        module(|parts| {
            for _ in 0..12 {
                parts.functions.function(1);
                let mut f = Function::new([(1, ValType::I32)]);
                pressed(&mut f, 1_600, 1_500);
                f.instruction(&I::End);
                parts.code.function(&f);
            }
            parts.memories.memory(memory(1));
        }),
    );
    add(
        "calls_of_many_results",
        module(|parts| {
            parts.types.ty().function([], vec![ValType::I64; 30]);
            parts.functions.function(2);
            let mut f = Function::new([]);
            (0..30).for_each(|n| {
                f.instruction(&I::I64Const(n));
            });
            f.instruction(&I::End);
            parts.code.function(&f);
            parts.functions.function(1);
            let mut f = Function::new([]);
            for _ in 0..10_000 {
                f.instruction(&I::Call(1));
                (0..30).for_each(|_| {
                    f.instruction(&I::Drop);
                });
            }
            f.instruction(&I::End);
            parts.code.function(&f);
        }),
    );
    add(
        "function_of_calls",
        body(vec![], |f| {
            for _ in 0..100_000 {
                f.instruction(&I::I32Const(0)).instruction(&I::Call(0)).instruction(&I::Drop);
            }
        }),
    );
    let nested = |open: fn() -> Vec<Instruction<'static>>, times: usize| {
        body(vec![(1, ValType::I32)], move |f| {
            for _ in 0..times {
                open().iter().for_each(|instruction| {
                    f.instruction(instruction);
                });
            }
            for _ in 0..times {
                f.instruction(&I::End);
            }
        })
    };
    use wasm_encoder::BlockType::Empty;
    for times in [3_900, 500_000] {
        add(&format!("blocks_{times}"), nested(|| vec![I::Block(Empty)], times));
        add(&format!("loops_{times}"), nested(|| vec![I::Loop(Empty)], times));
        add(&format!("ifs_{times}"), nested(|| vec![I::LocalGet(0), I::If(Empty)], times));
        add(&format!("branching_loops_{times}"), nested(|| vec![I::Loop(Empty), I::LocalGet(0), I::BrIf(0)], times));
    }
    add(
        "else_chain",
        body(vec![(1, ValType::I32)], |f| {
            for _ in 0..100_000 {
                f.instruction(&I::LocalGet(0)).instruction(&I::If(Empty)).instruction(&I::Else);
            }
            for _ in 0..100_000 {
                f.instruction(&I::End);
            }
        }),
    );
    let tables = |tables: usize, targets: u32, depth: u32| {
        body(vec![(1, ValType::I32)], move |f| {
            for _ in 0..depth {
                f.instruction(&I::Block(Empty));
            }
            for _ in 0..tables {
                let labels: Vec<u32> = (0..targets).map(|n| n % depth).collect();
                f.instruction(&I::Block(Empty)).instruction(&I::LocalGet(0));
                f.instruction(&I::BrTable(labels.into(), 0)).instruction(&I::End);
            }
            for _ in 0..depth {
                f.instruction(&I::End);
            }
        })
    };
    add("branch_table_of_a_million", tables(1, 1_000_000, 100));
    add("branch_tables_of_thousands", tables(1_000, 6_000, 100));
    add("branch_tables_to_many_blocks", tables(500, 5_000, 5_000));
    add(
        "branch_table_with_values",
        body(vec![(1, ValType::I32)], |f| {
            // Each edge carries a value.
            for _ in 0..200 {
                f.instruction(&I::Block(wasm_encoder::BlockType::Result(ValType::I32)));
            }
            for _ in 0..200 {
                f.instruction(&I::Block(wasm_encoder::BlockType::Result(ValType::I32)));
                f.instruction(&I::LocalGet(0)).instruction(&I::LocalGet(0));
                f.instruction(&I::BrTable((0..2_000).map(|n| n % 200).collect::<Vec<u32>>().into(), 0));
                f.instruction(&I::End).instruction(&I::Drop);
            }
            f.instruction(&I::LocalGet(0));
            for _ in 0..200 {
                f.instruction(&I::End);
            }
            f.instruction(&I::Drop);
        }),
    );
    let locals = |functions: u32, locals: u32| {
        module(move |parts| {
            for _ in 0..functions {
                parts.functions.function(1);
                let mut f = Function::new([(locals, ValType::I64)]);
                f.instruction(&I::End);
                parts.code.function(&f);
            }
        })
    };
    add("locals_in_one_function", locals(1, 49_999));
    add("locals_in_many_functions", locals(10_000, 49_999));
    add("locals_just_few_enough", locals(1_190, 49_999));
    add(
        "locals_in_many_blocks",
        body(vec![(10_000, ValType::I64)], |f| {
            f.instruction(&I::Loop(Empty));
            for n in 0..20_000u32 {
                f.instruction(&I::Loop(Empty)).instruction(&I::LocalGet(n % 10_000)).instruction(&I::I64Eqz);
                f.instruction(&I::BrIf(0)).instruction(&I::LocalGet((n * 3) % 10_000));
                f.instruction(&I::LocalSet((n * 7) % 10_000)).instruction(&I::End);
            }
            f.instruction(&I::End);
        }),
    );
    add(
        "parameters_of_many_functions",
        module(|parts| {
            parts.types.ty().function(vec![ValType::I64; 1_000], vec![ValType::I64; 1_000]);
            for _ in 0..2_000 {
                parts.functions.function(2);
                let mut f = Function::new([]);
                (0..1_000).for_each(|n| {
                    f.instruction(&I::LocalGet(n));
                });
                f.instruction(&I::End);
                parts.code.function(&f);
            }
        }),
    );
    add(
        "recursion_with_many_results",
        module(|parts| {
            parts.types.ty().function(vec![ValType::I64; 900], vec![ValType::I64; 900]);
            parts.functions.function(2);
            let mut f = Function::new([]);
            (0..900).for_each(|n| {
                f.instruction(&I::LocalGet(n));
            });
            f.instruction(&I::Call(1)).instruction(&I::End);
            parts.code.function(&f);
            parts.functions.function(0);
            let mut f = Function::new([]);
            (0..900).for_each(|n| {
                f.instruction(&I::I64Const(n));
            });
            f.instruction(&I::Call(1));
            (0..900).for_each(|_| {
                f.instruction(&I::Drop);
            });
            f.instruction(&I::I32Const(0)).instruction(&I::End);
            parts.code.function(&f);
            parts.exports.export("tool:other", ExportKind::Func, 2);
        }),
    );
    for count in [50_000, 999_999] {
        add(
            &format!("globals_{count}"),
            module(|parts| {
                for _ in 0..count {
                    let ty = GlobalType { val_type: ValType::I64, mutable: true, shared: false };
                    parts.globals.global(ty, &ConstExpr::i64_const(1));
                }
            }),
        );
    }
    add("types_million", module(|parts| (0..999_000).for_each(|_| parts.types.ty().function([], []))));
    add(
        "types_large",
        module(|parts| {
            (0..3_000).for_each(|_| parts.types.ty().function(vec![ValType::I32; 1_000], vec![ValType::I32; 1_000]))
        }),
    );
    add(
        "exports_many",
        module(|parts| {
            (0..200_000).for_each(|n| {
                parts.exports.export(&format!("tool:t{n}"), ExportKind::Func, 0);
            })
        }),
    );
    add(
        "exports_of_long_names",
        module(|parts| {
            let long = "x".repeat(90_000);
            (0..500).for_each(|n| {
                parts.exports.export(&format!("tool:{n}{long}"), ExportKind::Func, 0);
            })
        }),
    );
    add(
        "imports_many",
        module(|parts| {
            (0..500_000).for_each(|_| {
                parts.imports.import("gemproof/1", "now", EntityType::Function(1));
            })
        }),
    );
    add(
        "imports_many_sound",
        module(|parts| {
            parts.types.ty().function([], [ValType::I32]);
            (0..100_000).for_each(|_| {
                parts.imports.import("gemproof/1", "now", EntityType::Function(2));
            });
            parts.exports.export("tool:attack", ExportKind::Func, 100_000);
        }),
    );
    add(
        "data_segments_many",
        module(|parts| {
            parts.memories.memory(memory(1));
            (0..99_000).for_each(|n| {
                parts.data.active(0, &ConstExpr::i32_const(n % 65_000), [1u8, 2]);
            });
        }),
    );
    add(
        "data_of_fifty_megabytes",
        module(|parts| {
            parts.memories.memory(memory(1_000));
            parts.data.active(0, &ConstExpr::i32_const(0), vec![7u8; 50 << 20]);
        }),
    );
    add(
        "data_over_the_same_place",
        module(|parts| {
            parts.memories.memory(memory(2));
            (0..500).for_each(|_| {
                parts.data.active(0, &ConstExpr::i32_const(0), vec![7u8; 100_000]);
            });
        }),
    );
    add(
        "data_with_gaps",
        module(|parts| {
            parts.memories.memory(memory(4_000));
            (0..4_000).for_each(|n| {
                parts.data.active(0, &ConstExpr::i32_const(n * 65_536), [1u8]);
            });
        }),
    );
    add(
        "elements_many",
        module(|parts| {
            let ty = TableType {
                element_type: RefType::FUNCREF,
                minimum: 90_000,
                maximum: None,
                table64: false,
                shared: false,
            };
            parts.tables.table(ty);
            for _ in 0..100 {
                parts.elements.active(Some(0), &ConstExpr::i32_const(0), Elements::Functions(vec![0; 90_000].into()));
            }
        }),
    );
    add(
        "custom_sections",
        module(|parts| {
            (0..100_000).for_each(|n| parts.custom.push((format!("c{n}"), vec![0; 10])));
            parts.custom.push(("name".into(), vec![0xff; 1_000_000]));
            parts.custom.push((".debug_info".into(), vec![0x80; 1_000_000]));
        }),
    );
    let sound = module(|parts| {
        parts.memories.memory(memory(1));
    });
    add("sound", sound.clone());
    add("empty", Vec::new());
    add("header_alone", sound[..8].to_vec());
    add("half_a_header", sound[..5].to_vec());
    add("cut_off", sound[..sound.len() - 3].to_vec());
    add("twice", [sound.clone(), sound.clone()].concat());
    add("component_header", [b"\0asm\x0d\0\x01\0".as_slice(), &sound[8..]].concat());
    add("component_header_alone", b"\0asm\x0d\0\x01\0".to_vec());
    add("core_header_of_a_component", [b"\0asm\x01\0\0\0".as_slice(), &[4, 8], &sound[..8]].concat());
    add("other_version", [b"\0asm\x02\0\0\0".as_slice(), &sound[8..]].concat());
    add("text_as_binary", b"(module)".to_vec());
    add("compiled_elsewhere", [b"\x7fELF\x02\x01\x01".as_slice(), &[0; 200]].concat());
    add("section_longer_than_the_file", [&sound[..8], &[1, 0xff, 0xff, 0xff, 0xff, 0x0f]].concat());
    add("count_longer_than_the_section", [&sound[..8], &[1, 5, 0xff, 0xff, 0xff, 0xff, 0x0f]].concat());
    add("too_large", [sound.clone(), vec![0; 65 << 20]].concat());
    found
}

/// Texts that are modules or none.
pub fn texts() -> Vec<(&'static str, String)> {
    let component = |levels: usize| {
        // Each component instantiates the one before twice.
        let mut text = String::from("(component (component $c0 (core module $m) (core instance (instantiate $m)))");
        for level in 1..levels {
            let before = level - 1;
            text += &format!(
                "(component $c{level} (alias outer 1 $c{before} (component $i)) (instance (instantiate $i)) (instance (instantiate $i)))"
            );
        }
        text + &*format!("(instance (instantiate $c{})))", levels - 1)
    };
    let types = |levels: usize| {
        let mut text = String::from("(component (type $t0 (tuple u8 u8))");
        for level in 1..levels {
            let before = level - 1;
            text += &format!("(type $t{level} (tuple $t{before} $t{before}))");
        }
        text + &*format!(
            "(import \"gemproof:mock/numbers@1.0.0\" (instance (export \"round\" (func (param \"x\" $t{}))))))",
            levels - 1
        )
    };
    let empties = "(component ".repeat(3_000) + &*")".repeat(3_000);
    vec![
        ("parentheses", "(".repeat(1_000_000)),
        ("module_nested", "(module ".repeat(100_000)),
        ("blocks_folded", format!("(module (func {}{}))", "(block ".repeat(200_000), ")".repeat(200_000))),
        ("instructions_many", format!("(module (func {}))", "nop ".repeat(2_000_000))),
        ("fields_many", format!("(module {})", "(func)".repeat(500_000))),
        (
            "names_many",
            format!(
                "(module {})",
                (0..200_000).map(|n| format!("(global $g{n} i32 (i32.const 0))")).collect::<String>()
            ),
        ),
        ("comment_open", format!("(module (;{}", "(;".repeat(1_000_000))),
        ("string_open", format!("(module (data \"{}", "x".repeat(5_000_000))),
        ("annotations", format!("(module {})", "(@x (y))".repeat(300_000))),
        ("binary_within", r#"(module binary "\00asm\01\00\00\00")"#.into()),
        (
            "quote_within",
            r#"(module quote "(func (export \"tool:attack\") (param i32) (result i32) (i32.const 0))")"#.into(),
        ),
        ("two_modules", "(module) (module)".into()),
        ("not_utf8_escape", r#"(module (import "\ff" "\fe" (func)))"#.into()),
        ("component_nested", empties),
        ("component_doubling_10", component(10)),
        ("component_doubling_30", component(30)),
        ("component_types_doubling", types(60)),
        ("component_types_deep", types(12)),
    ]
}
