//! What a module may be made of. Compiling cannot be stopped once it has begun, so what would take it long is refused before.
//!
//! The compiler's time and memory grow with the values that live where control flow meets: a function of a megabyte may cost
//! nothing, and one of a hundredth of it gigabytes. So functions are weighed by that, and not by their length alone.

use wasmparser::{
    ComponentAlias, ComponentExternalKind, ComponentInstance, ComponentOuterAliasKind, ComponentTypeRef,
    CompositeInnerType, Encoding, FuncToValidate, FuncValidatorAllocations, FunctionBody, Operator, OperatorsReader,
    Parser, Payload, ValidPayload, Validator, ValidatorResources, WasmFeatures,
};

/// Functions of all modules in one file. An interpreter has some ten thousand.
const FUNCTIONS_MAX: u64 = 100_000;
/// Bytes of one function. The main loops of interpreters have a tenth of it.
const FUNCTION_BYTES_MAX: usize = 1 << 20;
/// Blocks within blocks of one function.
const DEPTH_MAX: u32 = 4_000;
/// Parameters, and results, of one type of functions.
const PARAMETERS_MAX: usize = 200;
const RESULTS_MAX: usize = 32;
/// Values (locals and operands) that live where control flow meets, summed over such places: of one function, of all. An
/// interpreter of Python with its library has six millions in all.
const WEIGHT_MAX: u64 = 5_000_000;
const ALL_WEIGHT_MAX: u64 = 60_000_000;
/// Instances of a component when the components within it are put in their places.
const INSTANCES_MAX: u64 = 10_000;

/// Whether a module or a component is valid and can be compiled in reasonable time and memory.
///
/// # Errors
/// What is wrong with it, or what it has too much of.
pub(super) fn check(bytes: &[u8]) -> Result<(), String> {
    // Whatever the engine takes, and more: what it does not take it refuses itself.
    let mut validator = Validator::new_with_features(WasmFeatures::all());
    let mut allocations = FuncValidatorAllocations::default();
    let (mut functions, mut weight) = (0u64, 0u64);
    let mut parts = Parts::default();
    for payload in Parser::new(0).parse_all(bytes) {
        let payload = payload.map_err(|e| e.to_string())?;
        match &payload {
            Payload::CodeSectionStart { count, .. } => {
                functions += u64::from(*count);
                if functions > FUNCTIONS_MAX {
                    return Err(format!("has {functions} functions, at most {FUNCTIONS_MAX} are compiled"));
                }
            }
            Payload::TypeSection(types) => {
                for ty in types.clone().into_iter().flatten().flat_map(|group| group.into_types()) {
                    if let CompositeInnerType::Func(ty) = &ty.composite_type.inner
                        && (ty.params().len() > PARAMETERS_MAX || ty.results().len() > RESULTS_MAX)
                    {
                        return Err(format!(
                            "has functions or blocks with {} parameters and {} results, at most {PARAMETERS_MAX} and {RESULTS_MAX} are compiled",
                            ty.params().len(),
                            ty.results().len()
                        ));
                    }
                }
            }
            Payload::End(_) => parts.end(),
            payload => parts.see(payload)?,
        }
        match validator.payload(&payload).map_err(|e| e.to_string())? {
            ValidPayload::Func(function, body) => {
                weight += weigh(function, &body, &mut allocations)?;
                if weight > ALL_WEIGHT_MAX {
                    return Err(format!(
                        "has functions whose values meet {ALL_WEIGHT_MAX} times, which takes too long to compile"
                    ));
                }
            }
            ValidPayload::Ok | ValidPayload::Parser(_) | ValidPayload::End(_) => {}
        }
    }
    Ok(())
}

/// The components and modules around what is read, the innermost last.
#[derive(Default)]
struct Parts(Vec<Part>);

/// A component, or a module.
struct Part {
    is_component: bool,
    /// How many instances come of it: its own, and those of the components that it instantiates.
    instances: u64,
    /// The components that it can name: how many instances come of each, where that is known.
    components: Vec<Option<u64>>,
}

impl Parts {
    fn see(&mut self, payload: &Payload<'_>) -> Result<(), String> {
        if let Payload::Version { encoding, .. } = payload {
            let is_component = *encoding == Encoding::Component;
            self.0.push(Part { is_component, instances: 0, components: Vec::new() });
            return Ok(());
        }
        let outer = |count: u32, index: u32| {
            let at = self.0.len().checked_sub(1 + count as usize)?;
            *self.0[at].components.get(index as usize)?
        };
        let mut named = Vec::new();
        match payload {
            Payload::ComponentAliasSection(section) => {
                for alias in section.clone().into_iter().flatten() {
                    match alias {
                        ComponentAlias::Outer { kind: ComponentOuterAliasKind::Component, count, index } => {
                            named.push(if count == 0 { None } else { outer(count, index) });
                        }
                        ComponentAlias::InstanceExport { kind: ComponentExternalKind::Component, .. } => {
                            named.push(None)
                        }
                        _ => {}
                    }
                }
            }
            Payload::ComponentImportSection(section) => {
                let imports = section.clone().into_iter().flatten();
                named
                    .extend(imports.filter(|import| matches!(import.ty, ComponentTypeRef::Component(_))).map(|_| None));
            }
            Payload::ComponentExportSection(section) => {
                let exports = section.clone().into_iter().flatten();
                named.extend(exports.filter(|export| export.kind == ComponentExternalKind::Component).map(|_| None));
            }
            _ => {}
        }
        let Some(part) = self.0.last_mut() else { return Ok(()) };
        part.components.extend(named);
        match payload {
            Payload::InstanceSection(section) => part.add(u64::from(section.count())),
            Payload::ComponentInstanceSection(section) => {
                for instance in section.clone().into_iter().flatten() {
                    let ComponentInstance::Instantiate { component_index, .. } = instance else { continue };
                    // One that is given, and only named later, could be of any size.
                    let Some(Some(instances)) = part.components.get(component_index as usize) else {
                        return Err("instantiates a component that is not its own".into());
                    };
                    let instances = 1 + *instances;
                    part.add(instances)?;
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn end(&mut self) {
        if let (Some(part), Some(around)) = (self.0.pop(), self.0.last_mut())
            && part.is_component
        {
            around.components.push(Some(part.instances));
        }
    }
}

impl Part {
    fn add(&mut self, instances: u64) -> Result<(), String> {
        self.instances += instances;
        match self.instances > INSTANCES_MAX {
            true => Err(format!("has more than {INSTANCES_MAX} instances, at most so many are put together")),
            false => Ok(()),
        }
    }
}

/// Validates a function; how many values meet in it.
fn weigh(
    function: FuncToValidate<ValidatorResources>,
    body: &FunctionBody<'_>,
    allocations: &mut FuncValidatorAllocations,
) -> Result<u64, String> {
    let (bytes, index) = (body.range().len(), function.index);
    if bytes > FUNCTION_BYTES_MAX {
        return Err(format!("has a function of {bytes} bytes, at most {FUNCTION_BYTES_MAX} are compiled"));
    }
    let mut function = function.into_validator(std::mem::take(allocations));
    let mut reader = body.get_binary_reader();
    function.read_locals(&mut reader).map_err(|e| e.to_string())?;
    let locals = u64::from(function.len_locals());
    // Locals are set to zero where the function starts.
    let mut weight = locals;
    let mut reader = OperatorsReader::new(reader);
    while !reader.eof() {
        let (operator, at) = reader.read_with_offset().map_err(|e| e.to_string())?;
        let places = match &operator {
            Operator::Block { .. } | Operator::Loop { .. } | Operator::If { .. } | Operator::Else => 1,
            Operator::Br { .. } | Operator::BrIf { .. } | Operator::BrOnNull { .. } | Operator::BrOnNonNull { .. } => 1,
            Operator::BrTable { targets } => u64::from(targets.len()) + 1,
            Operator::Return | Operator::TryTable { .. } => 1,
            _ => 0,
        };
        function.op(at, &operator).map_err(|e| e.to_string())?;
        weight += places * (1 + locals + u64::from(function.operand_stack_height()));
        if weight > WEIGHT_MAX {
            return Err(format!(
                "has a function (number {index}) whose values meet {WEIGHT_MAX} times, which takes too long to compile"
            ));
        }
        let depth = function.control_stack_height();
        if depth > DEPTH_MAX {
            return Err(format!("has a function of {depth} blocks within blocks, at most {DEPTH_MAX} are compiled"));
        }
    }
    *allocations = function.into_allocations();
    Ok(weight)
}
